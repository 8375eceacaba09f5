"""YAML in and out."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.template.yaml_text import YamlError, dump, load, load_all, scalar_value

_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
_AMBIGUOUS = st.sampled_from(
    (
        *("y", "n", "yes", "no", "on", "off", "true", "null", "~", "1.34", "1e3", "0x1f", "0o17", "017", "1_000"),
        *("12:30", "2026-02-26", "2026-02-26T10:30:00Z", ".inf", "12345e7", "=", "<<", "-", "?", "#", "&", "*", "!"),
        *("|", ">", "%", "@", "`", ":", "{}", "[]", "a:b", "a#"),
    )
)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | _TEXT | _AMBIGUOUS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT | _AMBIGUOUS, inner, max_size=3),
    max_leaves=10,
)


@given(_JSON)
def test_what_is_written_reads_back_the_same(value: object) -> None:
    assert load(dump(value)) == value
    assert load(dump(value, literal=True)) == value


@given(_JSON)
def test_a_parser_of_yaml_1_1_reads_it_the_same_way(value: object) -> None:
    assert yaml.safe_load(dump(value)) == value


@pytest.mark.parametrize("text", ["y", "N", "1e3", "0o17", "12345e7", "2026-02-26T10:30:00Z", "1.34", ".5", "+1"])
def test_text_that_go_would_take_for_something_else_is_quoted(text: str) -> None:
    assert dump({"a": text}) == f"a: '{text}'\n"


def test_times_and_versions_stay_text_when_they_are_read() -> None:
    assert load("a: 2026-02-26T10:30:00Z\nb: 12:30\nc: yes\nd: 0x1f\ne: 1e3\nf: =\n") == {
        "a": "2026-02-26T10:30:00Z",
        "b": "12:30",
        "c": "yes",
        "d": "0x1f",
        "e": 1000.0,
        "f": "=",
    }


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("a: 1\na: 2", "line 2: the key 'a' appears twice"),
        ("a: &x 1\nb: *x", "line 2: aliases"),
        ("a: !!python/object:os.system x", "could not determine a constructor"),
        ("a: !!timestamp 2026-02-26", "could not determine a constructor"),
        ("a: [", "while parsing"),
        ("a: 1\n---\nb: 2", "expected a single document"),
        ("a: 1e999", "too large"),
        ("a: 1\nb: " + "9" * 5000, "line 2: '99999999999999999999' is no number, or too large a one"),
        ("a: !!int x", "line 1: 'x' is no number, or too large a one"),
    ],
)
def test_what_hides_its_meaning_is_refused(text: str, cause: str) -> None:
    with pytest.raises(YamlError, match=cause) as caught:
        load(text)
    assert "\n" not in str(caught.value)


def test_several_documents_are_written_as_a_stream() -> None:
    assert dump({"a": 1}, {"b": [{"c": ""}]}) == "a: 1\n---\nb:\n  - c: ''\n"


def test_a_stream_of_documents_leaves_out_those_that_hold_comments_only() -> None:
    assert load_all("# head\n---\na: 1\n---\n# nothing\n---\n- '2'\n") == [{"a": 1}, ["2"]]
    assert load_all("# nothing\n") == []


@pytest.mark.parametrize("text", ["a: 1\n---\na: 1\na: 2\n", "a: &x 1\n---\nb: *x\n", "a: 1\n---\n{\n"])
def test_every_document_of_a_stream_is_held_to_the_same_rules(text: str) -> None:
    with pytest.raises(YamlError):
        load_all(text)


TEXTS = [
    "one\n",
    "one\ntwo",
    "one\ntwo\n\n",
    " leads\nb\n",
    "a\n\tb\n",
    "trails \nb\n",
    "a\r\nb",
    "é\u2028b\nc",
    "# a\n---\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_literal_block_comes_back_as_it_was(text: str) -> None:
    document = {"text": text, "list": [text, "1.10"]}
    assert load(dump(document, literal=True)) == document


def test_text_of_several_lines_is_a_literal_block_only_if_asked_for() -> None:
    assert dump({"a": "x: 1\ny: 2\n"}, literal=True) == "a: |\n  x: 1\n  y: 2\n"
    assert dump({"a": "x: 1\ny: 2\n"}) == 'a: "x: 1\\ny: 2\\n"\n'
    assert dump({"a": "1.10"}, literal=True) == "a: '1.10'\n"


@pytest.mark.parametrize(
    ("text", "tag", "plain", "value"),
    [
        ("1", "", True, 1),
        ("1", "", False, "1"),
        ("1", "tag:yaml.org,2002:str", True, "1"),
        ("1", "!ours", True, "1"),
        ("2026-02-26", "", True, "2026-02-26"),
        ("TRUE", "", True, True),
        ("~", "", True, None),
        ("1.5", "", True, 1.5),
    ],
)
def test_a_scalar_by_itself_means_what_it_means_in_a_document(
    text: str, tag: str, *, plain: bool, value: object
) -> None:
    assert scalar_value(text, tag, plain=plain) == value


def test_a_scalar_that_is_too_large_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        scalar_value("1e999", plain=True)


def test_a_key_that_is_a_number_is_its_text() -> None:
    assert load("1: a") == {"1": "a"}
