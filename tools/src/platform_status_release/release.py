"""Writes a release: all parts in one folder, named by version and digest, with checksums."""

import datetime as dt
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from platform_status_contract import REPOSITORY
from platform_status_images.archives import Archive, write_oci
from platform_status_images.build import Order, build, host_machine
from platform_status_images.closure import Target
from platform_status_images.commands import ImageError, run, say
from platform_status_images.engines import PLATFORMS
from platform_status_images.images import IMAGES, ROOT
from platform_status_images.wheels import build_wheels, write_wheels
from platform_status_release.krew import PYTHONS, manifest, write_archive

__all__ = ["Release", "write_release"]

_FOLDERS = ("schemas", "kube", "pipeline", "sidecar", "hctl", "assistant", "tools", "tools/double")
"""The folders of our distributions."""
_SCHEMAS = ("schemas/src/platform_status_contract", "hctl/src/hctl", "assistant/src/platform_status_assistant")


@dataclass(frozen=True)
class Release:
    """The parameters of a release.

    Attributes:
        version: Such as ``0.1.0``; every distribution must have it.
        registry: The registry that the images will be pushed to, without their names.
        output: The output folder; empty, or not existing.
        engine: The build tool, one of `engines.ENGINES`.
        base: The base image; None: the engine's default.
        cache: The cache folder.
    """

    version: str
    registry: str
    output: Path
    engine: str
    base: str | None
    cache: Path

    @property
    def address(self) -> str:
        """Base URL of the release's files."""
        return f"{REPOSITORY}/releases/download/v{self.version}"

    @property
    def machines(self) -> list[str]:
        """The processors of the images: only this machine's, unless the base is given by name."""
        return [host_machine()] if self.engine == "buildah" and self.base is None else list(PLATFORMS)


def write_release(release: Release, environ: Mapping[str, str]) -> None:
    """Write all parts of a release.

    Args:
        release: The parameters.
        environ: Environment variables.

    Raises:
        ImageError: A distribution has another version, the folder is not empty, or a part cannot be built.
    """
    projects = [(folder, _project(folder)) for folder in _FOLDERS]
    wrong = [
        f"{folder}/pyproject.toml says {project['version']}"
        for folder, project in projects
        if project["version"] != release.version
    ]
    if wrong:
        raise ImageError(f"VERSION={release.version}, but {', '.join(wrong)}; commit the new version first")
    output = release.output
    output.mkdir(parents=True, exist_ok=True)
    if any(output.iterdir()):
        raise ImageError(f"{output}: not empty, and a release is all that may be in it")
    with tempfile.TemporaryDirectory(dir=output, prefix=".release.") as scratch:
        _write_packages(release, environ)
        _write_promises(release, _write_images(release, Path(scratch), environ), Path(scratch), environ)
        _write_texts(release, environ)
    sums = "".join(f"{_sha256(path)}  {path.relative_to(output)}\n" for path in _files(output))
    (output / "SHA256SUMS").write_text(sums, "utf-8")


def _project(folder: str) -> dict[str, str]:
    found: dict[str, str] = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    return found


def _write_packages(release: Release, environ: Mapping[str, str]) -> None:
    """Write our wheels and sdists, all wheels for hctl and the assistant on this processor, and hctl for krew."""
    names = [_project(folder)["name"] for folder in _FOLDERS]
    own = build_wheels(names, release.output / "packages", environ, ("sdist", "wheel"))
    here = [Target(python, host_machine()) for python in PYTHONS]
    write_wheels(release.output / "wheels", here, release.cache, environ)
    (release.output / "wheels.log").unlink()
    archives = [write_archive(release.output, machine, own, release.cache, environ) for machine in PLATFORMS]
    text = manifest(release.version, {path.name: digest for path, digest in archives}, release.address)
    (release.output / "hctl.yaml").write_text(text, "utf-8")


def _write_images(release: Release, scratch: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Write each image as an OCI archive with its bills of materials; return its name by digest."""
    images, bills = release.output / "images", release.output / "sbom"
    images.mkdir()
    bills.mkdir()
    for machine in release.machines:
        target = Target(PYTHONS[-1], machine)
        order = Order(tuple(IMAGES.values()), scratch / machine, release.engine, release.base, target, release.cache)
        for line in build(order, environ):
            say(line)
        for name in IMAGES:
            shutil.copyfile(scratch / machine / f"{name}.cdx.json", bills / f"{name}-{PLATFORMS[machine]}.cdx.json")
    for machine in set(PLATFORMS) - set(release.machines):
        say(f"no images for {PLATFORMS[machine]}: {release.engine}'s base is for {host_machine()}; name one by BASE=")
    named = {}
    for name, image in IMAGES.items():
        archives = {machine: Archive(scratch / machine / f"{name}.tar") for machine in release.machines}
        digest = write_oci(archives, images / f"{name}.oci.tar", release.version)
        named[name] = f"{image.at(release.registry)}@{digest}"
    (images / "images.json").write_text(json.dumps(named, indent=2) + "\n", "utf-8")
    return named


def _write_promises(release: Release, named: Mapping[str, str], scratch: Path, environ: Mapping[str, str]) -> None:
    """Write each Promise with these images, and a PromiseRelease from which Kratix can fetch it."""
    told = {name: {"reference": IMAGES[name].reference, "pushed": place} for name, place in named.items()}
    (scratch / "images.json").write_text(json.dumps(told), "utf-8")
    releases = []
    for folder in sorted(path.parent for path in (ROOT / "promise").rglob("parts.yaml")):
        name = "-".join(["promise", *folder.relative_to(ROOT / "promise").parts[-1:]])
        command = [sys.executable, str(ROOT / "promise/assemble.py"), "--registry", release.registry]
        command += [
            "--images",
            str(scratch / "images.json"),
            "--out",
            str(release.output / f"{name}.yaml"),
            str(folder),
        ]
        run(f"writing {name}.yaml", command, scratch / "promises.log", environ=environ)
        promise = yaml.safe_load((release.output / f"{name}.yaml").read_text("utf-8"))
        source = {"type": "http", "url": f"{release.address}/{name}.yaml"}
        version = promise["metadata"]["labels"]["kratix.io/promise-version"]
        head = {"apiVersion": "platform.kratix.io/v1alpha1", "kind": "PromiseRelease"}
        metadata = {"name": promise["metadata"]["name"]}
        releases.append({**head, "metadata": metadata, "spec": {"version": version, "sourceRef": source}})
    text = yaml.safe_dump_all(releases, sort_keys=False, explicit_start=True)
    (release.output / "promiserelease.yaml").write_text(text, "utf-8")


def _write_texts(release: Release, environ: Mapping[str, str]) -> None:
    """Write schemas, alert rules, licence and changelog."""
    (release.output / "schemas").mkdir()
    for folder in _SCHEMAS:
        for path in sorted((ROOT / folder / "jsonschema").glob("*.schema.json")):
            target = release.output / "schemas" / (path.name if "hctl" not in folder else f"hctl-{path.name}")
            shutil.copyfile(path, target)
    shutil.copyfile(ROOT / "observability/manifests/prometheusrule.yaml", release.output / "alerts.yaml")
    shutil.copyfile(ROOT / "LICENSE", release.output / "LICENSE")
    today = dt.datetime.now(dt.UTC).date()
    command = [str(Path(sys.executable).with_name("towncrier")), "build", "--draft", f"--version={release.version}"]
    done = subprocess.run(  # noqa: S603 - of our own environment
        [*command, f"--date={today}"], cwd=ROOT, env=dict(environ), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ImageError(f"towncrier: {done.stderr}")
    (release.output / "CHANGELOG.md").write_text(done.stdout, "utf-8")


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
