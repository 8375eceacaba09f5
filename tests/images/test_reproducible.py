"""The same inputs give the same digest."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from platform_status_images.archives import Archive
from platform_status_images.build import Order, build
from platform_status_images.images import IMAGES

from .container import Image

pytestmark = [pytest.mark.images, pytest.mark.timeout(1500)]


def test_a_second_build_gives_the_same_image(order: Order, sidecar: Image, tmp_path: Path) -> None:
    again = replace(order, images=(IMAGES["sidecar"],), output=tmp_path / "again", fresh=True)
    before = os.umask(0o077)
    try:
        assert len(list(build(again, os.environ))) == 1
    finally:
        os.umask(before)
    built = Archive(again.output / "sidecar.tar")
    assert built.layers() == sidecar.archive.layers()
    assert built.digest == sidecar.archive.digest
    assert (again.output / "sidecar.cdx.json").read_bytes() == sidecar.bill.read_bytes()
