"""The image of Kratix's three containers, implemented by the double: one layer on top of the pipeline's image."""

from collections.abc import Iterator
from pathlib import Path

from localnode.images import Entry, layer, on_top
from platform_status_world.cluster import WorldError

__all__ = ["ADAPTER_IMAGE", "write_adapter_image"]

ADAPTER_IMAGE = "REGISTRY.invalid/platform-status/kratix-double:test"
_HOME = "double"
_LOCALPLANE = ("__init__", "client", "errors", "transport")
# The image has Python, but not necessarily a shell.
_COMMAND = f"""\
#!/usr/bin/python3 -B
import sys
sys.path[:0] = ["/{_HOME}", "/app"]
from platform_status_world.adapter.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def write_adapter_image(pipeline: Path, target: Path, root: Path) -> Path:
    """Write the image.

    Args:
        pipeline: Archive of the pipeline's image, which contains Python, PyYAML and urllib3.
        target: The archive to write.
        root: Root of the repository.

    Returns:
        The archive.

    Raises:
        WorldError: The pipeline's image does not exist.
    """
    if not pipeline.exists():
        raise WorldError(f"{pipeline}: not there; `make images` builds it")
    on_top(pipeline, target, ADAPTER_IMAGE, layer(list(_entries(root))), {"Entrypoint": ["/bin/pipeline-adapter"]})
    return target


def _entries(root: Path) -> Iterator[Entry]:
    tools, double = root / "tools/src", root / "tools/double/src/kratix_double"
    yield Entry("usr/bin/pipeline-adapter", _COMMAND.encode(), mode=0o755)
    yield from (Entry(f"{_HOME}/kratix_double/{path.name}", path.read_bytes()) for path in double.glob("*.py"))
    for name in _LOCALPLANE:
        yield Entry(f"{_HOME}/localplane/{name}.py", (tools / "localplane" / f"{name}.py").read_bytes())
    yield Entry(f"{_HOME}/platform_status_world/__init__.py", b"")
    for path in (tools / "platform_status_world/adapter").glob("*.py"):
        yield Entry(f"{_HOME}/platform_status_world/adapter/{path.name}", path.read_bytes())
