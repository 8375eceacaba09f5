"""Whatever JSON comes back, reading it neither raises nor invents a sample."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_assistant.retrieval.samples import read_number, read_sample, read_vector, visible
from tests.unit.rules.settings import quick

NOW = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
AT = NOW.timestamp()

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
PAIR = st.tuples(JSON | st.just(AT), JSON | st.sampled_from(["1", "NaN", "+Inf"])).map(list)
ANSWER = st.fixed_dictionaries(
    {
        "status": st.just("success") | JSON,
        "data": JSON
        | st.fixed_dictionaries(
            {
                "resultType": st.sampled_from(["vector", "scalar", "matrix"]) | JSON,
                "result": JSON | PAIR | st.lists(JSON | st.fixed_dictionaries({"metric": JSON, "value": PAIR | JSON})),
            }
        ),
        "warnings": JSON,
        "infos": JSON,
    }
)


def answer(result: object, kind: str = "vector", **more: object) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": kind, "result": result}, **more}


@quick
@given(JSON | ANSWER)
def test_any_json_is_read_without_raising(found: object) -> None:
    vector = read_vector(found, NOW)
    if vector is not None:
        for sample in vector.samples:
            assert all(text.isprintable() for pair in sample.labels.items() for text in pair)
        assert all(text.isprintable() for text in vector.warnings)


def test_a_sample_has_labels_value_and_the_time_of_evaluation() -> None:
    vector = read_vector(answer([{"metric": {"name": "media"}, "value": [AT, "5"]}]), NOW)
    assert vector is not None
    (sample,) = vector.samples
    assert (dict(sample.labels), sample.value, sample.at) == ({"name": "media"}, 5.0, NOW)


def test_a_scalar_is_a_sample_without_labels() -> None:
    vector = read_vector(answer([AT, "3"], "scalar"), NOW)
    assert vector is not None
    assert [(dict(sample.labels), sample.value) for sample in vector.samples] == [({}, 3.0)]


@pytest.mark.parametrize(
    "one",
    [
        None,
        {"metric": {"name": "media"}},
        {"metric": {"name": 5}, "value": [AT, "1"]},
        {"metric": {"name": "media"}, "value": [AT, 1]},
        {"metric": {"name": "media"}, "value": [AT, "one"]},
        {"metric": {"name": "media"}, "value": [True, "1"]},
        {"metric": {"name": "media"}, "value": [1e300, "1"]},
        {"metric": {"name": "media"}, "value": [math.nan, "1"]},
        {"metric": {"name": "media"}, "histogram": [AT, {}]},
    ],
)
def test_what_is_no_sample_is_left_out_and_said(one: object) -> None:
    assert read_sample(one) is None
    vector = read_vector(answer([one, {"metric": {}, "value": [AT, "1"]}]), NOW)
    assert vector is not None
    assert len(vector.samples) == 1
    assert vector.warnings == ("1 of 2 series could not be read and are left out",)


def test_a_range_is_no_instant_vector() -> None:
    assert read_vector(answer([], "matrix"), NOW) is None


def test_warnings_come_along_inert_and_few() -> None:
    vector = read_vector(answer([], warnings=["a\x1b[31mb", *["more"] * 20], infos="none"), NOW)
    assert vector is not None
    assert vector.warnings == ("a [31mb", "more", "more", "more", "more")


@pytest.mark.parametrize(("text", "number"), [("5", 5.0), ("-1.5e3", -1500.0), ("+Inf", math.inf), ("1_0", None)])
def test_numbers_are_read_as_prometheus_writes_them(text: str, number: float | None) -> None:
    assert read_number(text) == number


def test_nan_is_a_number_that_is_kept() -> None:
    assert math.isnan(read_number("NaN") or 0)


def test_two_labels_that_differ_never_look_alike() -> None:
    assert visible("media") == "media"
    assert visible("media\u200b") == "media\\u200b"
    assert visible("a\nb\x1b") == "a\\nb\\x1b"
    assert len(visible("x" * 5000)) == 1000
