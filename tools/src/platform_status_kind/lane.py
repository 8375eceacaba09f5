"""Up, demo, down: what the three make targets do."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from localplane.caches import cache_folder
from platform_status_kind import commands
from platform_status_kind.cluster import KindCluster
from platform_status_kind.kratix import RealKratix, destination, state_store
from platform_status_kind.programs import Run, run
from platform_status_world.images import SIDECAR_IMAGE, Images
from platform_status_world.lane import install, travel
from platform_status_world.report import Report

__all__ = ["demo", "down", "kubeconfig_path", "prepare", "up"]

Tell = Callable[[str], None]


def kubeconfig_path(environ: Mapping[str, str]) -> Path:
    """Return where the way into the cluster is kept: in the cache, the user's own kubeconfig is not touched."""
    return cache_folder(environ) / "kind" / "kubeconfig"


def prepare(kubeconfig: Path, node_image: str, tell: Tell, runs: Run = run) -> None:
    """Make the cluster and install what has to be there before the Promise.

    Args:
        kubeconfig: Where to keep the way in.
        node_image: Image of the node; empty takes kind's own.
        tell: Told each step.
        runs: Runs commands.

    Raises:
        CommandError: If one fails.
    """
    kubeconfig.parent.mkdir(parents=True, exist_ok=True)
    tell(f"making the cluster {commands.NAME}")
    runs(commands.create(kubeconfig, node_image))
    for step in commands.installation(kubeconfig):
        tell(f"installing {step.what}")
        for command in step.commands:
            runs(command)


def up(root: Path, images: Images, node_image: str, tell: Tell, environ: Mapping[str, str] = os.environ) -> Path:
    """Make the cluster with everything on it, the Promise last.

    Returns:
        The kubeconfig.
    """
    kubeconfig = kubeconfig_path(environ)
    prepare(kubeconfig, node_image, tell)
    cluster = KindCluster(kubeconfig)
    tell("loading our images")
    cluster.load(images.pipeline, images.sidecar)
    for document in (state_store(), destination()):
        cluster.admin.apply(document, field_manager="platform-status-kind")
    install(cluster, RealKratix(cluster.admin), root, SIDECAR_IMAGE, tell)
    return kubeconfig


def demo(root: Path, tell: Tell, environ: Mapping[str, str] = os.environ) -> Report:
    """Take the example request through its life; may be repeated."""
    cluster = KindCluster(kubeconfig_path(environ))
    return travel(cluster, RealKratix(cluster.admin), root, SIDECAR_IMAGE, tell)


def down(runs: Run = run, environ: Mapping[str, str] = os.environ) -> Sequence[str]:
    """Delete the cluster.

    Returns:
        The command that did it.
    """
    kubeconfig = kubeconfig_path(environ)
    command = commands.delete(kubeconfig)
    runs(command)
    kubeconfig.unlink(missing_ok=True)
    return command
