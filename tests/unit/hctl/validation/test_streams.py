"""Text -> documents that know their lines."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hctl.validation.events import Place
from hctl.validation.streams import MAX_FILE, Flaw, read_stream
from platform_status_contract.template.yaml_text import dump

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), inner, max_size=3)
    ),
    max_leaves=10,
)


def test_each_key_and_each_value_knows_its_line_and_column_in_its_document() -> None:
    (_, document), flaw = read_stream(b"a: 1\n---\n# a comment\nb:\n  - c: x\n  - [y, z]\n", is_json=False)
    assert flaw is None
    assert document.index == 1
    assert document.value == {"b": [{"c": "x"}, ["y", "z"]]}
    assert document.key_of(("b",)) == Place(4, 1)
    assert document.place_of(("b", 0, "c")) == Place(5, 8)
    assert document.key_of(("b", 0, "c")) == Place(5, 5)
    assert document.place_of(("b", 1, 1)) == Place(6, 9)
    assert document.key_of(("b", 0, "missing")) == Place(5, 5)
    assert document.key_of(("gone", "deep")) == Place(4, 1)


def test_json_has_places_too_with_tabs_and_escapes_that_yaml_would_refuse() -> None:
    (document,), flaw = read_stream(b'{\n\t"a": [1.5, "\\ud83d\\ude00\\/"],\n\t"b": {"c": null}\n}', is_json=True)
    assert flaw is None
    assert document.value == {"a": [1.5, "\U0001f600/"], "b": {"c": None}}
    assert document.place_of(("a", 1)) == Place(2, 13)
    assert document.key_of(("b", "c")) == Place(3, 8)


@given(JSON)
def test_yaml_and_json_are_read_as_what_was_written(value: object) -> None:
    for text, is_json in ((json.dumps(value), True), (dump(value), False)):
        documents, flaw = read_stream(text.encode(), is_json=is_json)
        assert flaw is None
        assert [document.value for document in documents] == ([] if value is None else [value])


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1),
        ("a: &x 1\nb: *x\n", "alias", 2, 4),
        ("a: 1\n<<: {b: 2}\n", "alias", 2, 1),
        ("a: !ours x\n", "tag", 1, 4),
        ("a: !!binary eA==\n", "tag", 1, 4),
        ("a: yes\n", "ambiguous-scalar", 1, 4),
        ("a: 0777\n", "ambiguous-scalar", 1, 4),
        ("a: 0x1F\n", "ambiguous-scalar", 1, 4),
        ("a: 1_000\n", "ambiguous-scalar", 1, 4),
        ("a: .inf\n", "ambiguous-scalar", 1, 4),
        ("on: x\n", "ambiguous-scalar", 1, 1),
        ("a: 99999999999999999999\n", "yaml", 1, 4),
    ],
)
def test_what_two_readers_would_read_differently_is_a_flaw(text: str, rule: str, line: int, column: int) -> None:
    (document,), _ = read_stream(text.encode(), is_json=False)
    (flaw,) = document.flaws
    assert (flaw.rule, *flaw.place) == (rule, line, column)


@pytest.mark.parametrize(
    "text", ["a: 'yes'\n", "a: 10\n", "a: 2026-02-26\n", "a: 10:30\n", "a: v1\n", "a: 1.10.2\n", "a: 0\n"]
)
def test_what_means_one_thing_has_no_flaw(text: str) -> None:
    (document,), flaw = read_stream(text.encode(), is_json=False)
    assert (document.flaws, flaw) == ((), None)


@pytest.mark.parametrize(
    ("data", "is_json", "found"),
    [
        (b"a: [", False, "flow node"),
        (b"a\tb: c\n\td: e\n", False, ""),
        (b"a: \xff\xfe\n", False, "not UTF-8"),
        (b"[" * 10_000, False, "deeper than 64"),
        (b"[" * 200_000, True, "deeper than 64"),
        (b"a: " + b"[" * 65 + b"]" * 65, False, "deeper than 64"),
        (b"[" + b"1," * 100_001 + b"1]", True, "more than 100000 values"),
        (b"#" * (MAX_FILE + 1), False, "more than 4 MiB"),
        (b'"\\UFFFFFFFF"', False, ""),
        (b"? {a: b}\n: c\n", False, "a key that is not a string"),
        (b'{"a": NaN}', True, "NaN"),
        (b'{"a": 1} x', True, "Extra data"),
    ],
)
def test_a_text_that_cannot_be_read_says_why(data: bytes, *, is_json: bool, found: str) -> None:
    _, flaw = read_stream(data, is_json=is_json)
    assert flaw is not None
    assert flaw.rule == "yaml"
    assert found in flaw.found


NINES = '"99999999999999999999…" (5000 characters)'


@pytest.mark.parametrize(
    ("text", "is_json", "column", "found", "expected"),
    [
        ("a: 1\nb: " + "9" * 5000, False, 4, NINES, "a smaller number"),
        ('{"a":\n [' + "9" * 5000 + ", 1]}", True, 3, NINES, "a smaller number"),
        ('{"a":\n [' + "9" * 5000 + ", 1]}", False, 3, NINES, "a smaller number"),
        ("a: 1\nb: 1e999", False, 4, '"1e999"', "a smaller number"),
        ("a: 1\nb: !!int x", False, 4, '"x"', "a value of its tag int"),
    ],
)
def test_a_number_that_nothing_reads_has_a_place(
    text: str, column: int, found: str, expected: str, *, is_json: bool
) -> None:
    _, flaw = read_stream(text.encode(), is_json=is_json)
    assert flaw == Flaw(Place(2, column), (), "yaml", found, expected)


def test_documents_before_a_mistake_are_read() -> None:
    documents, flaw = read_stream(b"a: 1\n---\nb: [\n", is_json=False)
    assert [document.value for document in documents] == [{"a": 1}]
    assert flaw is not None
