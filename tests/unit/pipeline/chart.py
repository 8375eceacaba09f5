"""The vcluster chart 0.30 out of its Go module: the authority about Helm values. Read only, committed never."""

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from localplane.gotoolchains import go_environment

MODULE = "github.com/loft-sh/vcluster@v0.30.0"


@functools.cache
def _folder() -> Path | str:
    go = shutil.which("go")
    if go is None:
        return "there is no go command"
    done = subprocess.run(  # noqa: S603 - the machine's go, fixed arguments
        [go, "mod", "download", "-json", MODULE],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env=go_environment(os.environ),
        cwd="/",
    )
    answer = json.loads(done.stdout or "{}")
    return Path(answer["Dir"]) / "chart" if "Dir" in answer else str(answer.get("Error") or done.stderr)


def chart_folder() -> Path:
    """The chart's folder; the test is skipped, with the reason, if the module cannot be had."""
    folder = _folder()
    if isinstance(folder, str):
        pytest.skip(f"{MODULE} cannot be had: {folder}")
    return folder


@functools.cache
def values_schema() -> dict[str, Any]:
    """The JSON Schema of the chart's values."""
    schema = json.loads((chart_folder() / "values.schema.json").read_text("utf-8"))
    assert isinstance(schema, dict)
    return schema


def workload_kind(values: dict[str, Any]) -> str:
    """Which kind the chart makes of the control plane: its template vcluster.kind, in Python.

    Only for values whose volumeClaim.enabled is true or false.
    """
    control_plane = values["controlPlane"]
    persistence = control_plane["statefulSet"]["persistence"]
    embedded = control_plane.get("backingStore", {}).get("etcd", {}).get("embedded", {}).get("enabled", False)
    claimed = bool(persistence.get("volumeClaimTemplates")) or persistence["volumeClaim"]["enabled"] in (True, "true")
    return "StatefulSet" if claimed or embedded else "Deployment"


def controllers(values: dict[str, Any], release: str) -> list[dict[str, str]]:
    """What the chart makes for the control plane: itself, and the etcd that it deploys beside it."""
    found = [{"kind": workload_kind(values), "name": release}]
    deploy = values["controlPlane"].get("backingStore", {}).get("etcd", {}).get("deploy", {})
    made = deploy.get("enabled") and deploy.get("statefulSet", {}).get("enabled", True)
    return [*found, {"kind": "StatefulSet", "name": f"{release}-etcd"}] if made else found
