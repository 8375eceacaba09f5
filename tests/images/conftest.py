"""Both images, built once (the cache keeps what was built of the same inputs), unpacked once a worker."""

import os

import pytest

from localplane.caches import cache_folder
from platform_status_images.build import Order, build, host_machine
from platform_status_images.closure import Target
from platform_status_images.images import IMAGES

from .container import Image, reason_not_to_run


@pytest.fixture(scope="session")
def order(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """What `make images` orders."""
    reason = reason_not_to_run()
    if reason:
        pytest.skip(reason)
    output = tmp_path_factory.mktemp("archives")
    target = Target("3.13", host_machine())
    return Order(tuple(IMAGES.values()), output, "buildah", None, target, cache_folder(os.environ))


@pytest.fixture(scope="session")
def images(order: Order, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Image]:
    assert len(list(build(order, os.environ))) == 2
    return {name: Image(order.output / f"{name}.tar", tmp_path_factory.mktemp(name)) for name in IMAGES}


@pytest.fixture(params=list(IMAGES))
def image(images: dict[str, Image], request: pytest.FixtureRequest) -> Image:
    return images[request.param]


@pytest.fixture
def pipeline(images: dict[str, Image]) -> Image:
    return images["pipeline"]


@pytest.fixture
def sidecar(images: dict[str, Image]) -> Image:
    return images["sidecar"]
