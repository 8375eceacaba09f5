"""The typed model beside the schemas: same constraints, light to import, safe to throw away."""

import importlib
import pkgutil
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from itertools import product
from typing import Any

import msgspec
import msgspec.inspect as inspection
import pytest

from platform_status_contract import model
from platform_status_contract.model.contract import Contract, DestinationMatch, MatchExpression
from platform_status_contract.model.selectors import SAFE_TEXT
from platform_status_contract.model.status import Status
from platform_status_contract.model.template import StatusContract
from platform_status_contract.model.template_parts import check_expressions
from platform_status_contract.rules.texts import without_invisible
from platform_status_contract.template.promises import promise_schema
from platform_status_contract.validation import CONTRACT, STATUS, STATUS_CONTRACT, resolved_schema, schema_names
from platform_status_contract.validation.schemas import python_pattern, validator_of

from .strategies import Json

MODULES = [importlib.import_module(f"{model.__name__}.{found.name}") for found in pkgutil.iter_modules(model.__path__)]
STRUCTS = sorted(
    {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, msgspec.Struct) and value is not msgspec.Struct
    },
    key=lambda struct: struct.__name__,
)

TIGHT = """
import importlib, pkgutil, sys
import platform_status_contract.model as model, platform_status_contract.rules as rules
for package in (model, rules):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(found.name)
heavy = {"jsonschema", "referencing", "rpds", "attrs", "attr", "yaml", "urllib3", "prometheus_client"}
print(sorted(heavy & set(sys.modules)))
"""


def test_importing_model_and_rules_imports_no_jsonschema() -> None:
    done = subprocess.run([sys.executable, "-c", TIGHT], capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    assert (done.stdout, done.stderr, done.returncode) == ("[]\n", "", 0)


def nodes(kind: Any) -> Iterator[Any]:  # noqa: ANN401 - types of msgspec.inspect have no common base
    yield kind
    for field in ("types", "fields"):
        for inner in getattr(kind, field, ()):
            yield from nodes(getattr(inner, "type", inner))
    for field in ("item_type", "key_type", "value_type", "type"):
        if isinstance(inner := getattr(kind, field, None), inspection.Type):
            yield from nodes(inner)
    for inner in getattr(kind, "item_types", ()):
        yield from nodes(inner)


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_no_union_holds_a_patterned_text_beside_a_container(struct: type[msgspec.Struct]) -> None:
    """Such a union crashes msgspec 0.22 when its type is freed, at the latest when the interpreter ends."""
    unions = [node for node in nodes(inspection.type_info(struct)) if isinstance(node, inspection.UnionType)]
    for union in unions:
        patterned = any(isinstance(kind, inspection.StrType) and kind.pattern for kind in union.types)
        containers = any(
            isinstance(kind, inspection.DictType | inspection.CollectionType | inspection.TupleType)
            for kind in union.types
        )
        assert not (patterned and containers), struct


def patterns_in(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield python_pattern(node["pattern"])
        for key, value in node.items():
            yield from patterns_in(value) if key not in ("examples", "$defs") else ()
    if isinstance(node, list):
        for item in node:
            yield from patterns_in(item)


def patterns_of_schema(name: str) -> set[str]:
    return set(patterns_in(resolved_schema(name)))


def patterns_of_model(struct: type[msgspec.Struct]) -> set[str]:
    kinds = nodes(inspection.type_info(struct))
    return {kind.pattern for kind in kinds if isinstance(kind, inspection.StrType) and kind.pattern}


@pytest.mark.parametrize(("name", "struct"), [(CONTRACT, Contract), (STATUS, Status)])
def test_the_patterns_are_the_same_texts(name: str, struct: type[msgspec.Struct]) -> None:
    enumerated = {pattern for pattern in patterns_of_model(struct) if pattern.startswith("^(") and "|" in pattern}
    missing = patterns_of_schema(name) - patterns_of_model(struct)
    extra = patterns_of_model(struct) - patterns_of_schema(name) - enumerated
    assert (missing, extra) == (set(), set())


def test_every_pattern_of_the_model_ends_at_the_very_end() -> None:
    patterns = {pattern for struct in STRUCTS for pattern in patterns_of_model(struct)}
    assert patterns
    assert [pattern for pattern in patterns if not (pattern.startswith("^") and pattern.endswith(r"\Z"))] == []


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_a_struct_is_frozen_and_documented(struct: type[msgspec.Struct]) -> None:
    assert struct.__struct_config__.frozen
    assert struct.__doc__


def test_a_contract_that_observes_nothing_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="observes nothing"):
        Contract(version="v1", generation=1, display_name="Thing", name="x")
    assert Contract(version="v1", generation=1, display_name="Thing", name="x", works=True).observes_something


@pytest.mark.parametrize("operator", ["In", "NotIn"])
def test_an_operator_on_values_needs_some(operator: Any) -> None:  # noqa: ANN401 - a Literal
    for values in (None, ()):
        with pytest.raises(ValueError, match=f"operator {operator} needs"):
            MatchExpression(key="a", operator=operator, values=values)
    assert MatchExpression(key="a", operator=operator, values=("x",)).values == ("x",)


@pytest.mark.parametrize("operator", ["Exists", "DoesNotExist"])
def test_an_operator_on_existence_takes_no_values(operator: Any) -> None:  # noqa: ANN401 - a Literal
    with pytest.raises(ValueError, match=f"operator {operator} takes no values"):
        MatchExpression(key="a", operator=operator, values=("x",))
    assert MatchExpression(key="a", operator=operator, values=()).values == ()


def test_a_destination_needs_a_server_or_a_name() -> None:
    with pytest.raises(ValueError, match="server, names or both"):
        DestinationMatch()
    assert DestinationMatch(name="media").server is None


def test_a_text_that_stands_for_a_whole_value_is_one_expression() -> None:
    check_expressions(a="${x}", b="${\n x }", c={"d": "text"}, e=5, f=None, g=("${x}", {"h": "text"}))
    for wrong in ("x", "${x", "a ${x}", "${x}\n", ("${x}", "x")):
        with pytest.raises(ValueError, match="part: a string must be one expression"):
            check_expressions(part=wrong)


def test_an_error_in_a_part_of_a_template_names_the_part() -> None:
    template = {
        "apiVersion": "status.integratn.tech/v1",
        "kind": "StatusContract",
        "metadata": {"name": "x"},
        "spec": {"contract": {"displayName": "Thing", "name": "x", "secrets": ["${a}", {"rol": "kubeconfig"}]}},
    }
    with pytest.raises(msgspec.ValidationError, match=r"secrets\[1\]: Object .*`\$\.spec\.contract`"):
        msgspec.convert(template, StatusContract)


def test_the_schema_of_the_template_knows_the_pattern_of_an_expression() -> None:
    assert r"^\$\{[\s\S]*\}\Z" in patterns_of_schema(STATUS_CONTRACT)


@pytest.mark.parametrize(
    ("server", "names"),
    [
        ("https://media.example.org:443", ("media.example.org", "media.example-org")),
        ("https://Media.Example.org/", ("media.example.org", "media.example-org")),
        ("https://10.0.4.9:6443", ()),
        ("https://[fd00::1]:6443", ()),
        ("https://localhost:6443", ()),
        ("media.example.org", ()),
        ("https://" + "a." * 1000 + "b!", ()),
        (None, ()),
    ],
)
def test_the_host_of_a_server_gives_its_cluster_two_names_more(server: str | None, names: tuple[str, ...]) -> None:
    found = DestinationMatch(server=server, names=("media", "media.example.org"), name="media")
    assert found.all_names == tuple(dict.fromkeys(("media", "media.example.org", *names)))


BEGINNINGS = (
    "",
    "a",
    "A",
    "1",
    "a/",
    "1.1.",
    "status.",
    "git@",
    "${",
    "https://",
    "postgres://",
    "2026-02-26T10:30:00",
)
REPEATED = ("a", "A", "1", "-", ".", "/", ":", "@", "%", "%3", "{", " ", "a-", "a.", "a/", "a:", "1.", "-1")


def test_no_pattern_takes_longer_than_its_text_is_long() -> None:
    """A pattern that tries each place again takes a second and more for such a text, the others a thousandth."""
    ours = set[str]().union(*map(patterns_of_schema, schema_names()), *map(patterns_of_model, STRUCTS))
    for pattern in sorted(ours.union(patterns_in(promise_schema()))):
        compiled = re.compile(pattern)
        for beginning, repeated in product(BEGINNINGS, REPEATED):
            hostile = beginning + repeated * 40_000 + "\n"
            before = time.thread_time()
            compiled.search(hostile)
            assert time.thread_time() - before < 0.5, (pattern, beginning, repeated)


def test_a_text_that_is_too_long_is_not_held_against_its_pattern() -> None:
    tried: list[str] = []

    def matches(_: str, text: str) -> bool:
        tried.append(text)
        return False

    judge = validator_of({"type": "string", "maxLength": 3, "pattern": "^a"}, matches)
    assert [error.validator for error in judge.iter_errors("bbbb")] == ["maxLength"]
    assert [error.validator for error in judge.iter_errors("bbb")] == ["pattern"]
    assert tried == ["bbb"]


def test_the_characters_that_no_text_of_ours_may_hold_are_those_that_are_removed_from_the_texts_of_others() -> None:
    invisible = {sign for sign in map(chr, range(sys.maxunicode + 1)) if without_invisible(sign) != sign}
    refused = {sign for sign in map(chr, range(sys.maxunicode + 1)) if not re.search(SAFE_TEXT, sign)}
    controls = {sign for sign in refused if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp")}
    assert refused == invisible | controls
    assert set("\u00ad\u061c\u200b\u200e\u200f\u202e\u2060\ufeff\U000e0041") <= refused
