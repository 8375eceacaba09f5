"""Installs the wheels of one image into a folder, compiles them, and completes the bill of materials.

Runs in the build stage, without network: ``python3 install.py IMAGE``. The wheels are those of the image's
requirements.txt, checked by hash. pip is run out of its own wheel and stays in this stage.
"""

import compileall
import json
import platform
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

BUILD = Path("/build")
IMAGE = Path("/image")
APP = IMAGE / "app"

# Programs; of the CEL library's 52 MB the 36 of extensions that no template can use.
UNUSED = ("bin", "cel_expr_python/ext/*.so", "**/tests", "**/test", "**/__pycache__")


def main() -> int:
    """Install what one image needs."""
    image = sys.argv[1]
    [pip] = (BUILD / "wheels").glob("pip-*.whl")
    requirements = BUILD / image / "requirements.txt"
    arguments = [
        "install",
        "--isolated",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-compile",
        "--no-cache-dir",
        "--require-hashes",
    ]
    arguments += ["--disable-pip-version-check", "--root-user-action", "ignore", "--find-links", str(BUILD / "wheels")]
    arguments += ["--target", str(APP), "--requirement", str(requirements)]
    subprocess.run([sys.executable, "-B", f"{pip}/pip", *arguments], check=True)  # noqa: S603 - our own
    for pattern in UNUSED:
        for path in sorted(APP.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    # the path in tracebacks is the one in the image
    if not compileall.compile_dir(APP, quiet=1, stripdir=str(IMAGE), prependdir="/", invalidation_mode=mode):
        raise SystemExit(f"install: {APP} cannot be compiled")
    if (BUILD / image / "etc").is_dir():
        shutil.copytree(BUILD / image / "etc", IMAGE / "etc/platform-status")
    write_bill(image)
    for path in (IMAGE, *IMAGE.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return 0


def write_bill(image: str) -> None:
    """Add what the base brings to the bill of materials, and put it into the image."""
    place = IMAGE / "usr/share/sbom/sbom.cdx.json"
    place.parent.mkdir(parents=True)
    bill = json.loads((BUILD / image / "sbom.cdx.json").read_text("utf-8"))
    bill["components"] += [interpreter(), *debian_packages(Path("/var/lib/dpkg/status"))]
    bill["components"].sort(key=lambda part: part["bom-ref"])
    place.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", "utf-8")


def interpreter() -> dict[str, object]:
    """Describe the base's Python, which is not always a package."""
    version = platform.python_version()
    reference = f"pkg:generic/python@{version}"
    return {"type": "platform", "name": "python", "version": version, "bom-ref": reference, "purl": reference}


def debian_packages(status: Path) -> list[dict[str, object]]:
    """Describe the packages that slim.py left, if the base is a Debian, as its own database tells them."""
    if not status.is_file():
        return []
    found: list[dict[str, object]] = []
    for paragraph in status.read_text("utf-8", "replace").split("\n\n"):
        lines = (line.partition(": ") for line in paragraph.splitlines() if not line.startswith(" "))
        fields = {name: value for name, _, value in lines}
        if fields.get("Status", "").endswith(" installed"):
            name, version, architecture = fields["Package"], fields["Version"], fields["Architecture"]
            purl = f"pkg:deb/debian/{name}@{version.replace(':', '%3A').replace('+', '%2B')}?arch={architecture}"
            found.append({"type": "library", "name": name, "version": version, "bom-ref": purl, "purl": purl})
    return found


if __name__ == "__main__":
    raise SystemExit(main())
