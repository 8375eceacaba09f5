"""Our two images: given ones, else built from this checkout."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platform_status_world.cluster import NoToolError, WorldError

__all__ = ["SIDECAR_IMAGE", "Images", "find_images"]

SIDECAR_IMAGE = "REGISTRY.invalid/platform-status/sidecar:0.1.0"
_TOOL_MISSING = 3


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
