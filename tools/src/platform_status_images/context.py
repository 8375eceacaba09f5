"""The build context of both images: one self-contained folder, so that a build needs no network."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from platform_status_images.closure import Target, closure, read_lock
from platform_status_images.images import IMAGES, ROOT
from platform_status_images.wheels import Wheel, build_wheels, fetch_wheels

__all__ = ["write_context"]

_INSTALLER = "pip"


def write_context(folder: Path, target: Target, cache: Path, environ: Mapping[str, str]) -> dict[str, list[Wheel]]:
    """Write the context of every image.

    ::

        wheels/*.whl            those of all images
        IMAGE/Dockerfile
        IMAGE/requirements.txt  one line per wheel, with its hash
        pipeline/etc/           the parts of the Promise in the pipeline's image

    Args:
        folder: The folder to write to; empty.
        target: The platform of the wheels.
        cache: The cache folder for fetched wheels.
        environ: The environment of the programs.

    Returns:
        The wheels of each image, by its name.

    Raises:
        ClosureError: The lock lacks a requirement of an image.
        CommandError: A wheel cannot be fetched or built.
    """
    lock = read_lock((ROOT / "requirements.lock").read_text("utf-8"))
    closures = {name: closure(image.distribution, lock, target) for name, image in IMAGES.items()}
    pinned = {one.name: one for _, others in closures.values() for one in others}
    pinned[_INSTALLER] = lock[_INSTALLER]
    fetched = fetch_wheels([pinned[name] for name in sorted(pinned)], target, cache, environ)
    built = build_wheels({name for own, _ in closures.values() for name in own}, folder / "wheels", environ)
    for wheel in fetched:
        shutil.copyfile(wheel.path, folder / "wheels" / wheel.path.name)
    wheels = {wheel.name: wheel for wheel in (*fetched, *built)}
    installed = {}
    for name in IMAGES:
        own, others = closures[name]
        installed[name] = [wheels[one] for one in sorted([*own, *(item.name for item in others)])]
        (folder / name).mkdir()
        lines = "".join(f"{wheel.requirement}\n" for wheel in installed[name])
        (folder / name / "requirements.txt").write_text(lines, "utf-8")
        shutil.copyfile(ROOT / name / "Dockerfile", folder / name / "Dockerfile")
    _copy_promise(folder / "pipeline" / "etc")
    (folder / "wheels.log").unlink(missing_ok=True)
    return installed


def _copy_promise(folder: Path) -> None:
    parts = folder / "sidecar"
    parts.mkdir(parents=True)
    shutil.copyfile(ROOT / "promise" / "contract.yaml", folder / "contract.yaml")
    for path in sorted((ROOT / "promise" / "sidecar").glob("*.yaml")):
        shutil.copyfile(path, parts / path.name)
