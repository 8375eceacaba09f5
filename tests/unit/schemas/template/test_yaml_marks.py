"""Labels and annotations for manifests of others: what they mean stays, in whatever way they are written."""

import json
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.template.yaml_marks import manifests_of, marked
from platform_status_contract.template.yaml_text import YamlError, dump, load_all

MARKS: Final = {"labels": {"a/b": "x", "c": "1"}, "annotations": {"g": "3"}}

BLOCK: Final = """\
# what my container makes
kind: StatefulSet
metadata:
  name: store  # the one and only
  labels:
    old: yes
    c: |
      before
  annotations:
spec:
  mode: 0644
  on: off
"""

BLOCK_MARKED: Final = """\
# what my container makes
kind: StatefulSet
metadata:
  name: store  # the one and only
  labels:
    "a/b": "x"
    old: yes
    c: "1"
  annotations: {"g": "3"}
spec:
  mode: 0644
  on: off
"""

LIST: Final = """\
kind: List
items:
- kind: Queue
  metadata:
    annotations: null
    name: one
- {kind: Queue, metadata: {name: two, labels: {}}}
- just text
---
- no mapping
---
"""

LIST_MARKED: Final = """\
kind: List
items:
- kind: Queue
  metadata:
    "labels": {"a/b": "x", "c": "1"}
    annotations: {"g": "3"}
    name: one
- {kind: Queue, metadata: {"annotations": {"g": "3"}, name: two, labels: {"a/b": "x", "c": "1"}}}
- just text
---
- no mapping
---
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(BLOCK, BLOCK_MARKED, id="block"),
        pytest.param(LIST, LIST_MARKED, id="list"),
        pytest.param(
            '{"kind":"Queue","metadata":{"labels":{"c":"0"},"name":"x"}}',
            '{"kind":"Queue","metadata":{"annotations": {"g": "3"}, "labels":{"a/b": "x", "c": "1"},"name":"x"}}',
            id="json",
        ),
        pytest.param(
            "kind: Q\r\nmetadata:\r\n  name: x\r\n",
            'kind: Q\r\nmetadata:\r\n  "annotations": {"g": "3"}\n  "labels": {"a/b": "x", "c": "1"}\n  name: x\r\n',
            id="windows",
        ),
    ],
)
def test_nothing_but_the_metadata_changes(text: str, expected: str) -> None:
    assert marked(text, manifests_of(text), MARKS) == expected
    assert marked(expected, manifests_of(expected), MARKS) == expected.replace(": |\n      before\n", ': "1"\n')
    assert marked(text, [], MARKS) == text


def test_metadata_that_cannot_be_edited_is_refused() -> None:
    text = "kind: Q\nmetadata:\n  ? name\n  : x\n"
    with pytest.raises(YamlError, match="write it as a plain block"):
        marked(text, manifests_of(text), MARKS)


NAMES: Final = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=8)
KEYS: Final = st.from_regex(r"\A[a-z0-9A-Z]([-a-z0-9A-Z_./]{0,6}[a-z0-9A-Z])?\Z")
"""A key with a line break in it, which Kubernetes takes for none, is written in a way that is refused."""
LABELS: Final = st.none() | st.dictionaries(st.sampled_from(["c", "g", "a/b", "old"]) | KEYS, NAMES, max_size=3)
MANIFESTS: Final = st.fixed_dictionaries(
    {"kind": st.sampled_from(["Queue", "List"]), "metadata": st.fixed_dictionaries({"name": NAMES})},
    optional={"spec": st.recursive(st.none() | st.integers() | NAMES, lambda some: st.lists(some, max_size=2))},
)


@given(
    st.lists(st.tuples(MANIFESTS, st.none() | LABELS, st.none() | LABELS), min_size=1, max_size=3),
    st.sampled_from("bfj"),
)
def test_what_was_written_in_any_way_says_the_same_and_carries_the_marks(
    drawn: list[tuple[dict[str, Any], Any, Any]], way: str
) -> None:
    documents = [
        {**one, "metadata": {"labels": labels, **one["metadata"], "annotations": annotations}}
        for one, labels, annotations in drawn
    ]
    text = "---\n".join(json.dumps(one) + "\n" for one in documents) if way == "j" else dump(*documents)
    if way == "f":
        text = yaml.safe_dump_all(documents, default_flow_style=True, allow_unicode=False)
    result = load_all(marked(text, manifests_of(text), MARKS))
    assert len(result) == len(documents)
    for before, after in zip(load_all(text), result, strict=True):
        assert isinstance(before, dict)
        assert isinstance(after, dict)
        for part, marks in MARKS.items():
            assert after["metadata"].pop(part) == {**(before["metadata"].pop(part) or {}), **marks}
        assert after == before
