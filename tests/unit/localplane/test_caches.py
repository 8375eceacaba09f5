"""The cache folder, its keys and its locks."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from localplane.builds import binary_path
from localplane.caches import cache_folder, digest, exclusive
from localplane.versions import APISERVER, ETCD


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"PLATFORM_STATUS_CACHE": "/mine", "XDG_CACHE_HOME": "/xdg", "HOME": "/home/j"}, "/mine"),
        ({"PLATFORM_STATUS_CACHE": "", "XDG_CACHE_HOME": "/xdg", "HOME": "/home/j"}, "/xdg/platform-status"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/j"}, "/home/j/.cache/platform-status"),
        ({"HOME": "/home/j"}, "/home/j/.cache/platform-status"),
        ({}, str(Path.home() / ".cache" / "platform-status")),
    ],
    ids=["own", "empty-counts-as-unset", "relative-xdg-is-ignored", "home", "nothing-set"],
)
def test_the_cache_is_where_the_environment_says(environ: dict[str, str], folder: str) -> None:
    assert cache_folder(environ) == Path(folder)


def test_a_relative_cache_becomes_absolute() -> None:
    assert cache_folder({"PLATFORM_STATUS_CACHE": "here"}) == Path.cwd() / "here"


def test_a_digest_tells_where_one_part_ends() -> None:
    assert digest([b"ab", b"c"]) != digest([b"a", b"bc"])
    assert digest([b"ab", b"c"]) == digest([b"ab", b"c"])


def test_the_name_of_a_binary_changes_with_version_and_recipe(tmp_path: Path) -> None:
    path = binary_path(APISERVER, tmp_path)

    assert path.parent == tmp_path / "bin"
    assert path.name.startswith(f"kube-apiserver-{APISERVER.version}-")
    assert path == binary_path(APISERVER, tmp_path)
    variants = [replace(APISERVER, version="v1.36.99"), replace(APISERVER, stamps=()), ETCD]
    assert len({path, *(binary_path(variant, tmp_path) for variant in variants)}) == 4


def test_a_second_holder_of_a_lock_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []
    waits = threading.Event()

    def second() -> None:
        with exclusive(tmp_path / "locks" / "x.lock", waits.set):
            order.append("second")

    thread = threading.Thread(target=second)
    with exclusive(tmp_path / "locks" / "x.lock", lambda: order.append("first waits")):
        thread.start()
        assert waits.wait(5)
        order.append("first")
    thread.join(5)

    assert order == ["first", "second"]


def test_a_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    lock, waited = tmp_path / "x.lock", threading.Event()
    with pytest.raises(RuntimeError, match="halfway"), exclusive(lock, waited.set):
        raise RuntimeError("halfway")

    with exclusive(lock, waited.set):
        assert not waited.is_set()
