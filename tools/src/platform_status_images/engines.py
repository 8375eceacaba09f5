"""The commands of the build tools: buildah, docker, podman. Argument lists only; nothing runs here."""

import re
from dataclasses import dataclass
from pathlib import Path

from platform_status_images.images import Image

__all__ = ["ENGINES", "PLATFORMS", "Engine", "Store"]

ENGINES = ("buildah", "docker", "podman")
PLATFORMS = {"x86_64": "amd64", "aarch64": "arm64"}
"""The name of a processor in an image index."""
_LOOPBACK = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])[:/]")


@dataclass(frozen=True)
class Store:
    """A storage folder for buildah, separate from the images of the machine."""

    folder: Path

    def arguments(self) -> list[str]:
        """Return buildah's flags for it."""
        return ["--root", str(self.folder / "root"), "--runroot", str(self.folder / "run"), "--storage-driver", "vfs"]


@dataclass(frozen=True)
class Engine:
    """One build tool.

    Attributes:
        name: One of ENGINES.
        program: Its path.
        store: Buildah's storage; the others have their own.
    """

    name: str
    program: str
    store: Store | None = None

    def build(self, image: Image, context: Path, *, base: str | None, machine: str | None = None) -> list[str]:
        """Return the command that builds one image from the context.

        Args:
            image: The image.
            context: From `context.write_context`.
            base: The base image; None: the one in the Dockerfile.
            machine: Another processor than this machine's, such as ``aarch64``; the kernel must be able to emulate it.
        """
        command = [self.program, *self._global()]
        match self.name:
            case "buildah":
                # Many CI machines offer neither network nor namespaces; isolation by chroot needs none.
                command += ["build", "--isolation", "chroot", "--format", "oci"]
                command += ["--pull-never"] if base else []
            case "podman":
                command += ["build", "--layers", "--format", "oci", "--network", "none"]
            case _:
                command += ["build", "--provenance=false", "--network", "none"]
        command += ["--build-arg", f"BASE={base}"] if base else []
        command += ["--platform", f"linux/{PLATFORMS[machine]}"] if machine else []
        dockerfile = context / image.name / "Dockerfile"
        return [*command, "--file", str(dockerfile), "--tag", image.reference, str(context)]

    def save(self, image: Image, archive: Path) -> list[str]:
        """Return the command that saves one image to a docker archive, under its own name."""
        command = [self.program, *self._global()]
        if self.name == "docker":
            return [*command, "save", "--output", str(archive), image.reference]
        return [*command, "push", image.reference, f"docker-archive:{archive}:{image.reference}"]

    def push(self, image: Image, archive: Path, target: str, digest: Path) -> list[list[str]]:
        """Return the commands that push the image of an archive.

        Args:
            image: The image.
            archive: Its archive.
            target: Registry, name and tag.
            digest: File for the digest from buildah and podman; docker prints it.
        """
        start = [self.program, *self._global()]
        match self.name:
            case "docker":
                load, tag = ["load", "--input", str(archive)], ["tag", image.reference, target]
                return [[*start, *load], [*start, *tag], [*start, "push", target]]
            case "podman":
                load = ["load", "--input", str(archive)]
            case _:
                load = ["pull", f"docker-archive:{archive}"]
        # docker uses plain HTTP for a registry on this machine without a flag.
        tls = ["--tls-verify=false"] if _LOOPBACK.match(target) else []
        push = ["push", *tls, "--digestfile", str(digest), image.reference, f"docker://{target}"]
        return [[*start, *load], [*start, *push]]

    def add_base(self, folder: Path, reference: str) -> list[str]:
        """Return the command that builds a base image from a folder with Dockerfile and root filesystem (buildah)."""
        command = [self.program, *self._global(), "build", "--isolation", "chroot"]
        return [*command, "--tag", reference, str(folder)]

    def _global(self) -> list[str]:
        return self.store.arguments() if self.store else []
