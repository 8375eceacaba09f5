"""The images of the journey: our two, given or built from this checkout, and that of Kratix's three containers.

The double implements those; their image is one layer on top of the pipeline's.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from localnode.images import Entry, layer, on_top
from platform_status_world.cluster import NoToolError, WorldError

__all__ = ["ADAPTER_IMAGE", "SIDECAR_IMAGE", "Images", "find_images", "write_adapter_image"]

SIDECAR_IMAGE = "REGISTRY.invalid/platform-status/sidecar:0.1.0"
ADAPTER_IMAGE = "REGISTRY.invalid/platform-status/kratix-double:test"
_TOOL_MISSING = 3
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


@dataclass(frozen=True)
class Images:
    """Two archives, in the format of ``docker save``.

    Attributes:
        pipeline: Image REGISTRY.invalid/platform-status/pipeline.
        sidecar: Image REGISTRY.invalid/platform-status/sidecar.
    """

    pipeline: Path
    sidecar: Path


def find_images(root: Path, output: Path, environ: Mapping[str, str], options: tuple[str, ...] = ()) -> Images:
    """Find the images; if none are given, build them, which takes minutes unless the result is cached.

    Args:
        root: Root of the repository.
        output: Folder for built ones.
        environ: PLATFORM_STATUS_IMAGES is a folder with pipeline.tar and sidecar.tar.
        options: Additional options of ``platform_status_images build``, such as ``--engine=docker``.

    Raises:
        NoToolError: A program that builds images is missing.
        WorldError: The given folder lacks one, or they cannot be built.
    """
    named = environ.get("PLATFORM_STATUS_IMAGES", "")
    if named:
        output = Path(named).expanduser().absolute()
    else:
        _build(root, output, environ, options)
    images = Images(output / "pipeline.tar", output / "sidecar.tar")
    missing = [path.name for path in (images.pipeline, images.sidecar) if not path.is_file()]
    if missing:
        raise WorldError(f"{output}: no {' and no '.join(missing)}; `make images` builds them into dist/images")
    return images


def _build(root: Path, output: Path, environ: Mapping[str, str], options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "platform_status_images", "build", f"--output={output}", *options]
    last = ""
    with subprocess.Popen(  # noqa: S603 - ours, no shell
        command, cwd=root, env=dict(environ), stdout=sys.stderr, stderr=subprocess.PIPE, text=True
    ) as builder:
        for line in builder.stderr or ():
            sys.stderr.write(line)  # immediately: a build takes minutes
            last = line.strip() or last
    if builder.returncode != 0:
        error = NoToolError if builder.returncode == _TOOL_MISSING else WorldError
        raise error(f"the images cannot be built: {last or f'exit code {builder.returncode}'}")


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
