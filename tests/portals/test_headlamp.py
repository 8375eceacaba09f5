"""portals/headlamp: the plugin fits the types of Headlamp's own package, and shows what stands in a status."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from .packages import node, node_modules
from .test_backstage import CRDS, crd

PLUGIN = Path(__file__).parents[2] / "portals" / "headlamp"
GLOBALS = """
export {};
declare global {
  var pluginLib: typeof import('@kinvolk/headlamp-plugin/lib') & {
    React: typeof import('react');
    Crd: typeof import('@kinvolk/headlamp-plugin/lib/Crd');
  };
}
"""
OPTIONS = [
    *("--noEmit", "--allowJs", "--checkJs", "--skipLibCheck", "--strictNullChecks", "--preserveSymlinks"),
    *("--moduleDetection", "force", "--target", "es2022", "--module", "esnext", "--moduleResolution", "node"),
    *("--jsx", "react-jsx", "--types", "react"),
]
# Runs the plugin with a React that only writes down what it is told to show.
RUN = """
const [plugin, requests] = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const made = [], routes = [], entries = [];
const pluginLib = {
  React: { createElement: (type, props, ...children) => ({ type, props, children }) },
  CommonComponents: { Link: 'Link', ResourceListView: 'ResourceListView' },
  Crd: { makeCustomResourceClass: args => (made.push(args), { useList: () => ({ items: requests, errors: null }) }) },
  registerRoute: route => routes.push(route),
  registerSidebarEntry: entry => entries.push(entry),
};
new Function('pluginLib', plugin)(pluginLib);
const lists = routes[0].component().map(element => element.type(element.props));
const show = list => requests.map(item => list.props.columns.map(column =>
  typeof column === 'string' ? column : column.getValue(item)));
const link = lists[0].props.columns[0].render(requests[0]);
const titles = lists.map(list => list.props.title);
console.log(JSON.stringify({ made, routes, entries, cells: lists.map(show), titles, link }));
"""


def types(folder: Path, plugin: str) -> str:
    """Return what TypeScript says of the plugin, given Headlamp's own types."""
    (folder / "node_modules").symlink_to(node_modules())
    (folder / "globals.d.ts").write_text(GLOBALS, "utf-8")
    (folder / "main.js").write_text(plugin, "utf-8")
    compiler = "node_modules/typescript/bin/tsc"
    done = subprocess.run(  # noqa: S603 - the Node.js of the machine
        [node(), compiler, *OPTIONS, "main.js", "globals.d.ts"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout


def shown(*requests: dict[str, Any]) -> dict[str, Any]:
    """Return what the plugin registers and shows of requests."""
    question = json.dumps([(PLUGIN / "main.js").read_text("utf-8"), requests])
    done = subprocess.run(  # noqa: S603 - the Node.js of the machine
        [node(), "-e", RUN], input=question, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def request(status: object) -> dict[str, Any]:
    metadata = {"name": "shop", "namespace": "team-a"}
    return {"metadata": metadata, "cluster": "platform", "jsonData": {"metadata": metadata, "status": status}}


def test_it_fits_the_types_of_headlamp(tmp_path: Path) -> None:
    assert types(tmp_path, (PLUGIN / "main.js").read_text("utf-8")) == ""


@pytest.mark.parametrize(("right", "wrong"), [("'namespace',", "'namespaces',"), ("isNamespaced", "namespaced")])
def test_what_does_not_fit_would_be_found(right: str, wrong: str, tmp_path: Path) -> None:
    text = (PLUGIN / "main.js").read_text("utf-8")
    assert right in text
    assert "error TS" in types(tmp_path, text.replace(right, wrong))


def test_its_folder_is_what_headlamp_loads() -> None:
    package = json.loads((PLUGIN / "package.json").read_text("utf-8"))
    assert {path.name for path in PLUGIN.iterdir()} == {"main.js", "package.json"}
    assert package["name"]
    assert package["version"]


def test_it_lists_each_kind_with_phase_reason_and_message() -> None:
    conditions = [{"type": "PodsReady", "reason": "PodsRestarting"}, {"type": "Ready", "reason": "PodsNotReady"}]
    degraded = {"phase": "Degraded", "message": "pod shop-0 is not ready", "conditions": conditions}
    said = shown(request(degraded), request(None))
    kinds = [crd(path) for path in CRDS]
    assert said["titles"] == [spec["names"]["kind"] for spec in kinds]
    assert said["made"] == [
        {
            "apiInfo": [{"group": spec["group"], "version": spec["versions"][0]["name"]}],
            "kind": spec["names"]["kind"],
            "singularName": spec["names"]["singular"],
            "pluralName": spec["names"]["plural"],
            "isNamespaced": spec["scope"] == "Namespaced",
        }
        for spec in kinds
    ]
    row = ["shop", "namespace", "Degraded", "PodsNotReady", "pod shop-0 is not ready", "age"]
    assert said["cells"] == [[row, ["shop", "namespace", "", "", "", "age"]]] * len(kinds)
    assert said["link"]["props"]["params"] == {
        "crd": yaml.safe_load((PLUGIN.parents[1] / CRDS[0]).read_text("utf-8"))["metadata"]["name"],
        "namespace": "team-a",
        "crName": "shop",
    }
    assert said["routes"][0]["path"] == said["entries"][0]["url"]
    assert said["routes"][0]["sidebar"] == said["entries"][0]["name"]


@pytest.mark.parametrize(
    "status",
    [
        [],
        "Ready",
        {"phase": {"a": 1}, "message": 7, "conditions": "Ready"},
        {"phase": None, "conditions": [None, 3, {"type": "Ready", "reason": ["x"]}]},
    ],
)
def test_a_status_of_another_shape_is_an_empty_row(status: object) -> None:
    assert shown(request(status))["cells"][0][0][2:5] == ["", "", ""]
