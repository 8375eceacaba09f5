"""What an image needs of the lock."""

from importlib import metadata

import pytest

from platform_status_images.closure import Target, closure, read_lock
from platform_status_images.commands import ClosureError
from platform_status_images.images import ROOT

LINUX = Target("3.11", "x86_64")
LOCK = """\
# a comment
One==1.0 \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
two-parts==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:{a}
three==3.0 \\
    --hash=sha256:{b}
""".format(a="a" * 64, b="b" * 64)


def requires(graph: dict[str, list[str]], name: str) -> list[str] | None:
    if name not in graph:
        raise metadata.PackageNotFoundError(name)
    return graph[name]


def names(graph: dict[str, list[str]], target: Target = LINUX) -> tuple[list[str], list[str]]:
    own, pinned = closure("platform-status-x", read_lock(LOCK), target, lambda name: requires(graph, name))
    return own, [item.name for item in pinned]


def test_the_lock_is_read_with_every_hash() -> None:
    lock = read_lock(LOCK)
    assert list(lock) == ["one", "two-parts", "three"]
    assert lock["one"].hashes == (f"sha256:{'a' * 64}", f"sha256:{'b' * 64}")
    assert lock["two-parts"].requirement == f"two-parts==2.0 --hash=sha256:{'a' * 64}"


def test_only_what_is_required_is_in_it() -> None:
    graph = {"platform-status-x": ["ONE>=1", "platform-status-y"], "platform-status-y": [], "one": ["two_parts"]}
    assert names(graph | {"two-parts": []}) == (["platform-status-x", "platform-status-y"], ["one", "two-parts"])


@pytest.mark.parametrize(
    ("marker", "target", "wanted"),
    [
        ("sys_platform == 'win32'", LINUX, False),
        ("python_version < '3.12'", LINUX, True),
        ("python_version < '3.12'", Target("3.13", "x86_64"), False),
        ("platform_machine == 'aarch64'", Target("3.11", "aarch64"), True),
        ("extra == 'cli'", LINUX, False),
    ],
)
def test_markers_are_those_of_the_base(marker: str, target: Target, *, wanted: bool) -> None:
    graph = {"platform-status-x": [f"three; {marker}"], "three": []}
    assert names(graph, target)[1] == (["three"] if wanted else [])


def test_an_extra_that_is_asked_for_counts() -> None:
    graph = {"platform-status-x": ["one[more]"], "one": ["three; extra == 'more'", "two-parts; extra == 'other'"]}
    assert names(graph | {"three": []})[1] == ["one", "three"]


def test_a_circle_ends() -> None:
    assert names({"platform-status-x": ["one"], "one": ["three"], "three": ["one"]})[1] == ["one", "three"]


def test_what_the_lock_does_not_have_is_an_error() -> None:
    with pytest.raises(ClosureError, match=r"no entry four, which platform-status-x needs; run make lock"):
        names({"platform-status-x": ["four"]})


def test_what_is_not_installed_is_an_error() -> None:
    with pytest.raises(ClosureError, match=r"one: not installed here"):
        names({"platform-status-x": ["one"]})


def test_another_version_than_the_locks_is_an_error() -> None:
    with pytest.raises(ClosureError, match=r"one==1\.0, but platform-status-x needs one>=2"):
        names({"platform-status-x": ["one>=2"], "one": []})


def test_the_sidecar_needs_no_cel_and_no_yaml_of_the_pipelines_own() -> None:
    lock = read_lock((ROOT / "requirements.lock").read_text("utf-8"))
    found = {
        name: {item.name for item in closure(f"platform-status-{name}", lock, LINUX)[1]}
        for name in ("pipeline", "sidecar")
    }
    assert found["pipeline"] - found["sidecar"] == {"cel-expr-python"}
    assert found["sidecar"] - found["pipeline"] == {"prometheus-client"}
    assert not (found["pipeline"] | found["sidecar"]) & {
        "pytest",
        "mypy",
        "pip",
        "hatchling",
        "cryptography",
        "protobuf",
    }
    assert all(lock[name].hashes for names in found.values() for name in names)
