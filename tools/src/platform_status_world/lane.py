"""The whole journey on one cluster, from the Promise to the report."""

from collections.abc import Callable
from pathlib import Path

import yaml

from platform_status_world.cluster import Cluster, diagnosis
from platform_status_world.images import Images, write_adapter_image
from platform_status_world.journey import Journey
from platform_status_world.kratix import Kratix
from platform_status_world.ledger import Ledger
from platform_status_world.promises import read_promise
from platform_status_world.report import Report

__all__ = ["EXAMPLE", "install", "load_images", "travel"]

EXAMPLE = "promise/examples/media.yaml"


def load_images(cluster: Cluster, images: Images, scratch: Path, root: Path) -> None:
    """Load our images on the nodes, and the one for Kratix's containers.

    Args:
        cluster: The cluster.
        images: Our images.
        scratch: A folder for the latter.
        root: Root of the repository.
    """
    adapter = write_adapter_image(images.pipeline, scratch / "kratix-double.tar", root)
    cluster.load(images.pipeline, images.sidecar, adapter)


def install(cluster: Cluster, kratix: Kratix, root: Path, image: str, tell: Callable[[str], None]) -> None:
    """Run the first step only, which installs the Promise and its sidecar. Arguments and errors as for ``travel``."""
    _journey(cluster, kratix, root, image, tell).install()


def travel(cluster: Cluster, kratix: Kratix, root: Path, image: str, tell: Callable[[str], None]) -> Report:
    """Run all steps.

    Args:
        cluster: The cluster, with the images on its nodes.
        kratix: Kratix, simulated or real.
        root: Root of the repository.
        image: An image with python3, for the workload.
        tell: Callback for each step, with one line.

    Raises:
        JourneyError: A step did not have the expected result.
        WorldError: The environment could not be set up.
    """
    ledger = Ledger(cluster.admin)
    journey = _journey(cluster, kratix, root, image, tell)
    try:
        journey.install()
        journey.submit()
        ready_after = journey.come_up()
        journey.crash()
        journey.kill_sidecar()
        journey.delete()
    except Exception as error:
        error.add_note(diagnosis(cluster.admin))
        raise
    finally:
        journey.close()
        ledger.close()
    rows = ledger.rows(cluster.measured())
    return Report(journey.phases, journey.moments, ready_after, tuple(kratix.complaints), rows)


def _journey(cluster: Cluster, kratix: Kratix, root: Path, image: str, tell: Callable[[str], None]) -> Journey:
    request = yaml.safe_load((root / EXAMPLE).read_text("utf-8"))
    promise = read_promise(root / "promise/promise.yaml")
    return Journey(cluster, kratix, promise, request, root, image, tell)
