"""One vocabulary: enums of the model, words of the schema, names in the rules, rows of the reference page."""

import re
from typing import Any

import msgspec
import pytest

from platform_status_contract.model import status as status_model
from platform_status_contract.model.vocabulary import (
    KRATIX_CONDITIONS,
    PIPELINE_KEYS,
    SIDECAR_KEYS,
    ConditionStatus,
    ConditionType,
    Phase,
    Reason,
)
from platform_status_contract.rules.timers import TIMERS, is_timer
from platform_status_contract.validation import STATUS, load_schema
from platform_status_contract.validation.expectations import choices
from platform_status_contract.validation.reference_words import (
    FREE,
    condition_rows,
    phase_rows,
    reason_sections,
    timer_rows,
)
from platform_status_contract.validation.schemas import search

DEFS = load_schema(STATUS)["$defs"]


def names(rows: list[tuple[str, ...]]) -> list[str]:
    return [row[0].strip("`") for row in rows]


def test_phases_agree() -> None:
    assert choices(DEFS["phase"]) == list(Phase)
    assert names(phase_rows()) == list(Phase)


def test_condition_types_agree() -> None:
    ours, kratix = condition_rows()
    assert choices(DEFS["conditionType"]) == names(ours) == list(ConditionType)
    assert choices(DEFS["kratixConditionType"]) == names(kratix) == list(KRATIX_CONDITIONS)


def test_condition_statuses_agree() -> None:
    assert DEFS["condition"]["properties"]["status"]["enum"] == list(ConditionStatus)


def test_reasons_agree_and_each_stands_in_the_reference_once() -> None:
    assert choices(DEFS["reason"]) == list(Reason)
    rows = [row for _, section in reason_sections() for row in section]
    assert sorted(names(rows)) == sorted(Reason)
    assert f"one of the {len(Reason)} reasons" in DEFS["reason"]["x-expected"]


def test_timers_agree() -> None:
    since = DEFS["since"]
    assert set(since["properties"]) == TIMERS
    of_entries = {pattern: timer["x-name"] for pattern, timer in since["patternProperties"].items()}
    assert names(timer_rows()) == [*since["properties"], *of_entries.values()]
    examples = [re.sub("NAME|ROLE", "my-db", name) for name in of_entries.values()]
    for pattern, example in zip(of_entries, examples, strict=True):
        assert search(pattern, example)
        assert search(pattern, f"{example}-") is is_timer(f"{example}-") is False
    for name in (*TIMERS, *examples):
        assert is_timer(name)
        assert msgspec.convert({name: "2026-02-26T10:30:00Z"}, dict[status_model.TimerName, str]) is not None


def test_keys_have_the_owner_that_the_vocabulary_says() -> None:
    owned = {key: value["x-owner"] for key, value in load_schema(STATUS)["properties"].items()}
    assert [key for key, owner in owned.items() if owner == "pipeline"] == list(PIPELINE_KEYS)
    assert [key for key, owner in owned.items() if owner == "sidecar"] == [*SIDECAR_KEYS, "conditions"]


@pytest.mark.parametrize("word", DEFS["reason"]["oneOf"], ids=lambda word: word["const"])
def test_a_reason_says_what_it_means_and_what_to_do(word: dict[str, Any]) -> None:
    assert word["description"].endswith(".")
    assert word["x-remedy"] == "Nothing." or "`" in word["x-remedy"] or "see" in word["x-remedy"], "no first command"
    assert set(word["x-conditions"]) <= {*ConditionType, FREE}
    assert len(word["x-conditions"]) == len(set(word["x-conditions"])) > 0
    if word["x-remedy"] == "Nothing.":
        assert word["x-verdict"] == "good"
