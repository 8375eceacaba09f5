"""What a retrieval pipeline imports brings nothing along that it did not ask for."""

import subprocess
import sys

HEAVY = (
    "hctl",
    "platform_status_kube",
    "typer",
    "rich",
    "mcp",
    "jsonschema",
    "yaml",
    "prometheus_client",
    "requests",
    "pydantic",
)


def test_the_retrieval_half_imports_msgspec_and_urllib3_and_no_more() -> None:
    code = (
        "import sys\nfrom platform_status_assistant.retrieval import catalogue, context, formats, prometheus\n"
        "print(*sorted(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - our own
    modules = ended.stdout.split()
    assert "urllib3" in modules
    assert [name for name in HEAVY if name in modules] == []
