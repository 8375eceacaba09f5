"""Fixtures: the world, once for each process that runs tests."""

from collections.abc import Iterator

import pytest

from tests.observability.binaries import binary

from .world import World, world


@pytest.fixture(scope="session")
def inhabited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An API server, a Prometheus, and everybody in them."""
    with world(binary("prometheus"), tmp_path_factory.mktemp("world")) as made:
        yield made
