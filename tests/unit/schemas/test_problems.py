"""Problems: how a path, a value and a sentence are written, whatever the document holds."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.validation.problems import SchemaProblem, describe, format_path, quote

from .strategies import JSON


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "(document)"),
        (("contract", "workloads", "namespace"), "contract.workloads.namespace"),
        (("secrets", 0, "role"), "secrets[0].role"),
        ((3, "a"), "[3].a"),
        (("labels", "app.kubernetes.io/name"), 'labels["app.kubernetes.io/name"]'),
        (("a", ""), 'a[""]'),
        (("a", 'say "x"'), r'a["say \"x\""]'),
        (("\x1b[2J",), r'["\u001b[2J"]'),
        (("k" * 48,), "k" * 48),
        (("k" * 49,), '["' + "k" * 48 + '…" (49 characters)]'),
    ],
)
def test_a_path_is_written_as_a_person_would(path: tuple[str | int, ...], text: str) -> None:
    assert format_path(path) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (3, "3"),
        (-0.5, "-0.5"),
        (10**19, "a number of more than 19 digits"),
        pytest.param(-(10**5000), "a number of more than 19 digits", id="beyond-str"),
        ("a\nb", r'"a\nb"'),
        ("\u202egnp", r'"\u202egnp"'),
        ("\ud800", r'"\ud800"'),
        ("münchen", '"münchen"'),
        ([], "an empty list"),
        ([1, 2], "a list of 2"),
        ({}, "an empty mapping"),
        ({"a": 1}, "a mapping with 1 key"),
        ({"a": 1, "b": 2}, "a mapping with 2 keys"),
        (dt.timedelta(1), 'a value of type "timedelta"'),
    ],
)
def test_a_value_is_described_and_a_container_never_echoed(value: object, text: str) -> None:
    assert describe(value) == text


@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=80))
def test_a_quoted_text_is_short_and_printable(text: str) -> None:
    quoted = quote(text)
    assert quoted.isprintable()
    assert len(quoted) <= 48 * 10 + 40


@given(st.lists(st.text() | st.integers(0, 99), max_size=5), JSON)
def test_a_sentence_is_one_printable_line(path: list[str | int], value: object) -> None:
    problem = SchemaProblem.at(tuple(path), describe(value), "something else", "try again")
    assert problem.message.isprintable()
    assert problem.message.endswith(", expected something else; try again")
