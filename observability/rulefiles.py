"""The rule files: reading them, and generating the PrometheusRule of the Prometheus operator."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from platform_status_contract import RUNBOOKS

__all__ = ["RUNBOOKS", "alerts", "manifest", "read_groups", "records"]

_HEAD: Final = "# Generated from observability/rules/; change that, then run: make observability\n"

Group = dict[str, Any]


def read_groups(folder: Path) -> list[Group]:
    """Return the groups of all files, in the order of the file names.

    Args:
        folder: The folder of the rule files.

    Raises:
        ValueError: Two groups have the same name, which the operator would merge or reject.
    """
    groups = [
        group for file in sorted(folder.glob("*.yaml")) for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
    ]
    names = [group["name"] for group in groups]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{folder}: groups {doubled} appear twice; give each its own name")
    return groups


def alerts(groups: list[Group]) -> dict[str, dict[str, Any]]:
    """Return the alerting rules by name."""
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


def records(groups: list[Group]) -> dict[str, str]:
    """Return the expressions of the recording rules by the recorded name."""
    return {rule["record"]: rule["expr"] for group in groups for rule in group["rules"] if "record" in rule}


def manifest(groups: list[Group], runbooks: str = RUNBOOKS) -> str:
    """Return the PrometheusRule.

    Args:
        groups: From `read_groups`.
        runbooks: Base of the runbooks' URLs, ending in a slash.
    """
    document = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": "platform-status-alerts",
            "namespace": "monitoring",
            "labels": {
                "app.kubernetes.io/name": "platform-status-alerts",
                "app.kubernetes.io/part-of": "platform-status",
            },
        },
        "spec": {"groups": groups},
    }
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=10_000, allow_unicode=True)
    return _HEAD + text.replace(RUNBOOKS, runbooks)


class _Dumper(yaml.SafeDumper):
    """Writes multi-line text as a block, so that a diff of the manifest is as readable as one of the rules."""


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _block)
_Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]
