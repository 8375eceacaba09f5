"""kratix.md section 3: Kratix's changes to the CRD."""

from copy import deepcopy
from typing import Any

import pytest

from kratix_double.status_schema import treat
from kratix_double.widget import WIDGET_CRD


def _version(crd: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = crd["spec"]["versions"][0]
    return found


def _status(crd: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _version(crd)["schema"]["openAPIV3Schema"]["properties"]["status"]
    return found


def _crd() -> dict[str, Any]:
    return deepcopy(dict(WIDGET_CRD))


def test_the_authors_status_schema_is_discarded_and_unknown_top_level_keys_are_free() -> None:
    status = _status(treat(_crd()))
    assert "thrownAway" not in status["properties"]
    assert status["x-kubernetes-preserve-unknown-fields"] is True


def test_a_condition_keeps_five_typed_fields_and_its_time_has_the_enforced_format() -> None:
    items = _status(treat(_crd()))["properties"]["conditions"]["items"]
    assert set(items["properties"]) == {"lastTransitionTime", "message", "reason", "status", "type"}
    assert items["properties"]["lastTransitionTime"]["format"] == "datetime"
    assert "x-kubernetes-preserve-unknown-fields" not in items


def test_no_list_is_a_map_list_and_nothing_is_required_or_an_enum() -> None:
    text = repr(_status(treat(_crd())))
    assert not [word for word in ("list-type", "required", "enum") if word in text]


def test_inside_kratix_only_the_listed_fields_survive() -> None:
    kratix = _status(treat(_crd()))["properties"]["kratix"]
    workflows = kratix["properties"]["workflows"]
    assert set(workflows["properties"]) == {"lastSuccessfulConfigureWorkflowTime", "suspendedGeneration", "pipelines"}
    pipelines = workflows["properties"]["pipelines"]["items"]["properties"]
    assert set(pipelines) == {"name", "phase", "message", "nextRetryAt", "attempts", "lastTransitionTime"}


def test_subresources_are_replaced_so_scale_is_lost() -> None:
    crd = _crd()
    _version(crd)["subresources"] = {"status": {}, "scale": {"specReplicasPath": ".spec.size"}}
    assert _version(treat(crd))["subresources"] == {"status": {}}


def test_printer_columns_of_the_author_stay_and_else_there_are_two() -> None:
    crd = _crd()
    names = [column["name"] for column in _version(treat(crd))["additionalPrinterColumns"]]
    assert names == ["message", "status"]
    own = [{"name": "phase", "type": "string", "jsonPath": ".status.phase"}]
    _version(crd)["additionalPrinterColumns"] = own
    assert _version(treat(crd))["additionalPrinterColumns"] == own


def test_every_version_is_treated() -> None:
    crd = _crd()
    crd["spec"]["versions"].append({**deepcopy(_version(crd)), "name": "v2", "storage": False})
    statuses = [
        version["schema"]["openAPIV3Schema"]["properties"]["status"] for version in treat(crd)["spec"]["versions"]
    ]
    assert len(statuses) == 2
    assert statuses[0] == statuses[1]


def test_a_version_without_properties_is_refused_by_name() -> None:
    crd = _crd()
    _version(crd)["schema"] = {"openAPIV3Schema": {"type": "object"}}
    with pytest.raises(ValueError, match=r"widgets\.example\.org, version v1: .*properties is missing"):
        treat(crd)


def test_the_crd_given_is_not_changed() -> None:
    crd = _crd()
    treat(crd)
    assert crd == WIDGET_CRD
