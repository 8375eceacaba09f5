"""Files that mean harm: no traceback, nothing that paints a terminal, and nothing that looks valid but is not."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hctl.validation.check import DocumentForm, SourceFile, check
from hctl.validation.findings import RULES, Report
from hctl.validation.findings import RULES as TABLE
from platform_status_contract.template.yaml_text import dump, load
from tests.examples import examples
from tests.unit.hctl.settings import quick

from .files import FREE, ROOT, checked

unhurried = settings(quick, max_examples=examples(100))

FORMS = st.sampled_from([None, *DocumentForm])
SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=12)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
GOOD = [
    load(path.read_text("utf-8"))
    for path in (
        ROOT / "promise/examples/prod.yaml",
        ROOT / "promise/contract.yaml",
        ROOT / "promise/webapp/promise.yaml",
        ROOT / "promise/webapp/crd.yaml",
    )
]


def is_sound(report: Report) -> bool:
    """Whether every finding can be shown and looked up."""
    return all(
        finding.message.isprintable() and finding.rule in RULES and finding.line >= 1 and finding.column >= 1
        for finding in report.findings
    )


@unhurried
@given(st.binary(max_size=200), FORMS)
def test_any_bytes_end_in_a_report(data: bytes, form: DocumentForm | None) -> None:
    report = checked(data, form=form)
    assert is_sound(report)
    assert report.findings or not report.documents or form is not None


@unhurried
@given(st.text("a:-[]{}&*!|>'\"#\n\t ?,<%@`\x1b\u202e0x", max_size=80), FORMS)
def test_any_yaml_ends_in_a_report(text: str, form: DocumentForm | None) -> None:
    assert is_sound(checked(text.encode(), form=form))


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """One of our own documents, with anything at all somewhere in it."""
    document: Any = load(dump(draw(st.sampled_from(GOOD))))
    node = document
    while isinstance(node, dict | list) and node:
        key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or not node[key] or draw(st.integers(0, 3)) == 0:
            node[key] = draw(ANYTHING)
            break
        node = node[key]
    try:
        return dump(document).encode("utf-8", "surrogatepass")
    except ValueError:
        return b""


@unhurried
@given(spoilt(), FORMS)
def test_anything_in_any_field_of_any_document_ends_in_a_report(data: bytes, form: DocumentForm | None) -> None:
    assert is_sound(checked(data, form=form))


@pytest.mark.parametrize("key", ["group", "names", "versions", "scope"])
@pytest.mark.parametrize("value", ["{}", "[]", "[{}]", "5", "null"])
def test_a_crd_with_anything_in_its_spec_ends_in_a_report(key: str, value: str) -> None:
    report = checked(f"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {{{key}: {value}}}\n")
    assert is_sound(report)
    assert report.documents + report.passed_over == 1


def test_escapes_reach_no_terminal() -> None:
    report = checked('apiVersion: platform.integratn.tech/v1alpha1\nkind: "\\e[31mX\\u202e"\nmetadata: {name: a}\n')
    assert len(report.findings) == 1
    assert is_sound(report)


@pytest.mark.parametrize(
    "data",
    [
        b"a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n",
        b"[" * 100_000,
        b"{a: " * 100_000,
        b"- " * 100_000 + b"x",
    ],
)
@pytest.mark.parametrize("form", [DocumentForm.STATUS, DocumentForm.REQUEST])
def test_what_grows_without_end_is_refused(data: bytes, form: DocumentForm) -> None:
    assert checked(data, form=form).failed


def test_a_pattern_that_runs_away_elsewhere_does_not_here() -> None:
    crd = (ROOT / "promise/webapp/crd.yaml").read_text("utf-8")
    crd = re.sub(r"pattern: .*", "pattern: ^(([a-z])+.)+[A-Z]([a-z])+$", crd)
    head = "apiVersion: platform.integratn.tech/v1alpha1\nkind: WebApp\nmetadata: {name: a}\n"
    shop = f"{head}spec: {{image: x, host: {'a' * 60}}}\n"
    report = check([SourceFile("crd.yaml", crd.encode()), SourceFile("shop.yaml", shop.encode())], policy=FREE)
    assert [finding.path for finding in report.findings] == ["spec.host"]


def test_every_rule_that_is_used_is_in_the_table_and_the_other_way_round() -> None:
    folder = Path(__import__("hctl.validation", fromlist=["x"]).__file__ or "").parent
    sources = "".join(path.read_text("utf-8") for path in folder.glob("*.py") if path.name != "findings.py")
    for rule in TABLE:
        assert f'"{rule}"' in sources, rule
    assert all(sentence.endswith(".") and sentence.isprintable() for sentence in TABLE.values())
