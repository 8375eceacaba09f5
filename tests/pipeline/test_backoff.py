"""Every configure workflow that we ship, and every one that a page of ours shows, gives up after one retry."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .kratix_folders import ROOT

SHIPPED = sorted((ROOT / "promise").rglob("promise.yaml"))
PAGES = sorted(
    page
    for page in (
        *ROOT.glob("*.md"),
        *(page for folder in ROOT.glob("[!.]*/") for page in folder.rglob("*.md") if page.is_file()),
    )
    if "kind: Pipeline" in page.read_text("utf-8")
)


def limits(promise: dict[str, Any]) -> dict[str, Any]:
    """Backoff limit of each pipeline of a Promise; None: Kubernetes' own."""
    return {
        f"{kind}.{action}.{pipeline['metadata']['name']}": pipeline["spec"].get("jobOptions", {}).get("backoffLimit")
        for kind, actions in promise["spec"]["workflows"].items()
        for action, pipelines in actions.items()
        for pipeline in pipelines
    }


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_walk_finds_every_promise_that_make_promise_writes() -> None:
    assert {path.parent for path in SHIPPED} == {path.parent for path in (ROOT / "promise").rglob("parts.yaml")}
    assert len(SHIPPED) == 5


@pytest.mark.parametrize("path", SHIPPED, ids=name_of)
def test_a_configure_workflow_is_retried_once_and_a_delete_workflow_as_kubernetes_does(path: Path) -> None:
    found = limits(yaml.safe_load(path.read_text("utf-8")))
    assert any(".configure." in name for name in found)
    assert found == {name: 1 if ".configure." in name else None for name in found}


def test_a_promise_with_a_status_has_three_workflows() -> None:
    """So that the walk does not pass by a workflow: both golden paths ship the sidecar and say Deleting."""
    for folder in ("", "webapp"):
        found = limits(yaml.safe_load((ROOT / "promise" / folder / "promise.yaml").read_text("utf-8")))
        assert set(found) == {"promise.configure.sidecar", "resource.configure.configure", "resource.delete.delete"}


def shown(page: Path) -> Iterator[dict[str, Any]]:
    for text in re.findall(r"^```ya?ml\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        if "kind: Pipeline" in text:
            yield from (document for document in yaml.safe_load_all(text) if document["kind"] == "Promise")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_promise_on_a_page_sets_it_too(page: Path) -> None:
    promises = list(shown(page))
    assert promises
    for promise in promises:
        found = limits(promise)
        assert found == {name: 1 if ".configure." in name else None for name in found}
