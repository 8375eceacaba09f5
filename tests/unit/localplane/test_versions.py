"""Versions: how Go's compare, and that the pinned ones agree with the modules that are committed."""

import re

import pytest

from localplane.gomodules import pinned
from localplane.versions import (
    APISERVER,
    ASKED_FOR,
    ETCD,
    MINIMUM_GO,
    NODE_TOOLS,
    TOOLS,
    GoTool,
    go_version,
    staging_version,
)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go version go1.26.4 linux/amd64", (1, 26, 4)),
        ("go version go1.27 darwin/arm64", (1, 27, 0)),
        ("go version go1.26rc2 linux/amd64", (1, 26, -1)),
        ("go version go1.26.0 X:nocoverageredesign linux/amd64", (1, 26, 0)),
        ("go version devel +a1b2c3 linux/amd64", None),
        ("go: cannot find GOROOT", None),
        ("", None),
    ],
)
def test_what_go_version_prints_is_read(text: str, version: tuple[int, int, int] | None) -> None:
    assert go_version(text) == version


def test_a_release_candidate_is_older_than_its_release() -> None:
    candidate = go_version("go version go1.26rc3 linux/amd64")

    assert candidate is not None
    assert candidate < MINIMUM_GO <= (1, 26, 0)


def test_the_staging_modules_follow_kubernetes() -> None:
    assert staging_version("v1.36.3") == "v0.36.3"


@pytest.mark.parametrize("version", ["1.36.3", "v2.0.0", "v1", ""])
def test_a_version_that_is_not_of_kubernetes_1_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(version))):
        staging_version(version)


def test_the_minor_versions_are_the_promised_ones() -> None:
    assert APISERVER.version.startswith("v1.36.")
    assert ETCD.version.startswith("v3.6.")


@pytest.mark.parametrize("tool", [*TOOLS, *NODE_TOOLS, *ASKED_FOR], ids=lambda tool: tool.name)
def test_the_committed_modules_are_those_of_the_pinned_versions(tool: GoTool) -> None:
    committed = {name: content.decode() for name, content in pinned(tool).items()}

    assert re.search(rf"^\s*(require )?{tool.module} {tool.version}\b", committed["go.mod"], re.MULTILINE)
    if tool.package == ".":
        assert f'"{tool.module}/' in committed["main.go"]
    else:
        assert f"\ntool {tool.package}\n" in committed["go.mod"]
    if tool.toolchain:
        assert f"\n{tool.toolchain.replace('go', 'go ').rpartition('.')[0]}." in committed["go.mod"]
    else:
        assert f"\ngo {'.'.join(map(str, MINIMUM_GO))}\n" in committed["go.mod"]
    assert f"{tool.module} {tool.version} h1:" in committed["go.sum"]


def test_every_staging_module_is_replaced_by_the_version_of_kubernetes() -> None:
    text = pinned(APISERVER)["go.mod"].decode()
    replaced = re.findall(r"^\s*(k8s\.io/\S+) => (\S+) (\S+)$", text, re.MULTILINE)

    assert {version for _, _, version in replaced} == {staging_version(APISERVER.version)}
    assert all(module == target for module, target, _ in replaced)
    assert {"k8s.io/api", "k8s.io/apiserver", "k8s.io/client-go"} <= {module for module, _, _ in replaced}
    assert not re.search(r"k8s\.io/\S+ v0\.0\.0$", text.partition("replace (")[0].replace("// indirect", ""))
