"""Pushing an image to a registry, and reading its digest there."""

import re
from collections.abc import Mapping
from pathlib import Path

from platform_status_images.commands import CommandError, run
from platform_status_images.engines import Engine
from platform_status_images.images import Image

__all__ = ["push", "registry_name"]

_REGISTRY = re.compile(
    r"(?P<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?P<port>:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def registry_name(text: str) -> str:
    """Validate the name of a registry, and return it.

    Raises:
        ValueError: It is not ``HOST[:PORT][/PATH]``, or its host cannot exist.
    """
    found = _REGISTRY.fullmatch(text)
    # A first part without a dot or a port is a path in the tool's default registry.
    if not found or not (found["port"] or "." in found["host"] or found["host"] == "localhost" or "[" in text):
        raise ValueError(f"REGISTRY: found {text!r}, expected HOST[:PORT][/PATH] such as registry.example.com/platform")
    if f"{found['host']}.".lower().endswith(".invalid."):
        raise ValueError(f"REGISTRY: found {text!r}, which no host can be called; name the registry of your own")
    return text


def push(engine: Engine, image: Image, archive: Path, registry: str, log: Path, environ: Mapping[str, str]) -> str:
    """Push the image of an archive.

    The layers are compressed during the push, so the digest differs from the archive's and is known only afterwards.

    Args:
        engine: The engine; it uses the credentials of its own ``login``.
        image: The image.
        archive: Its archive.
        registry: The registry, without the image's name.
        log: File to which the output of the programs is appended.
        environ: Environment variables.

    Returns:
        Name and digest for a pod: ``REGISTRY/platform-status/sidecar@sha256:...``.

    Raises:
        CommandError: A program failed, or returned no digest.
    """
    target, digest = f"{image.at(registry)}:{image.version}", archive.with_suffix(".digest")
    digest.unlink(missing_ok=True)
    log.unlink(missing_ok=True)
    for command in engine.push(image, archive, target, digest):
        run(f"pushing {target}", command, log, environ=environ)
    told = _DIGEST.findall(digest.read_text("utf-8") if digest.exists() else log.read_text("utf-8", "replace"))
    digest.unlink(missing_ok=True)
    if not told:
        raise CommandError(f"pushing {target}: {engine.name} returned no digest\nlog: {log}")
    return f"{image.at(registry)}@{told[-1]}"
