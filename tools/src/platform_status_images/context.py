"""The build context of both images: one folder that holds everything, so that a build needs no network."""

import os
import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from platform_status_images.closure import Target, closure, read_lock
from platform_status_images.images import IMAGES, ROOT
from platform_status_images.sbom import bill_of_materials
from platform_status_images.wheels import Wheel, build_wheels, fetch_wheels

__all__ = ["write_context"]

_INSTALLER = "pip"


def write_context(folder: Path, target: Target, cache: Path, epoch: int, environ: Mapping[str, str]) -> None:
    """Write the context of every image.

    ::

        wheels/*.whl            all of them, once for all images
        IMAGE/Dockerfile
        IMAGE/requirements.txt  one line a wheel, with its hash
        IMAGE/sbom.cdx.json
        pipeline/etc/           the Promise's parts that the pipeline's image carries
        inside/*.py             what runs in the build

    Args:
        folder: Where; must not exist.
        target: What the wheels must run on.
        cache: Where fetched wheels are kept.
        epoch: Seconds; the time of every file, so that nothing depends on when the checkout was made.
        environ: Of the programs that are run.

    Raises:
        ClosureError: If the lock does not hold what an image needs.
        CommandError: If a wheel cannot be fetched or built.
    """
    lock = read_lock((ROOT / "requirements.lock").read_text("utf-8"))
    closures = {name: closure(image.distribution, lock, target) for name, image in IMAGES.items()}
    pinned = {one.name: one for _, others in closures.values() for one in others}
    pinned[_INSTALLER] = lock[_INSTALLER]
    fetched = fetch_wheels([pinned[name] for name in sorted(pinned)], target, cache, environ)
    built = build_wheels({name for own, _ in closures.values() for name in own}, folder / "wheels", epoch, environ)
    for wheel in fetched:
        shutil.copyfile(wheel.path, folder / "wheels" / wheel.path.name)
    wheels = {wheel.name: wheel for wheel in (*fetched, *built)}
    for name, image in IMAGES.items():
        own, others = closures[name]
        mine = [wheels[one] for one in sorted([*own, *(item.name for item in others)])]
        _write_image(folder / name, mine)
        (folder / name / "sbom.cdx.json").write_text(bill_of_materials(image, mine, epoch), "utf-8")
        shutil.copyfile(ROOT / name / "Dockerfile", folder / name / "Dockerfile")
    _copy_scripts(folder / "inside")
    _copy_promise(folder / "pipeline" / "etc")
    (folder / "wheels.log").unlink(missing_ok=True)
    _plain(folder, epoch)


def _write_image(folder: Path, wheels: list[Wheel]) -> None:
    folder.mkdir(parents=True)
    (folder / "requirements.txt").write_text("".join(f"{wheel.requirement}\n" for wheel in wheels), "utf-8")


def _copy_scripts(folder: Path) -> None:
    folder.mkdir()
    for script in ("slim.py", "install.py"):
        text = (files("platform_status_images") / "inside" / script).read_bytes()
        (folder / script).write_bytes(text)


def _copy_promise(folder: Path) -> None:
    parts = folder / "sidecar"
    parts.mkdir(parents=True)
    shutil.copyfile(ROOT / "promise" / "contract.yaml", folder / "contract.yaml")
    for path in sorted((ROOT / "promise" / "sidecar").glob("*.yaml")):
        shutil.copyfile(path, parts / path.name)


def _plain(folder: Path, epoch: int) -> None:
    for path, folders, names in os.walk(folder, topdown=False):
        for name in (*folders, *names):
            one = Path(path) / name
            one.chmod(0o755 if one.is_dir() else 0o644)
            os.utime(one, (epoch, epoch))
    folder.chmod(0o755)
    os.utime(folder, (epoch, epoch))
