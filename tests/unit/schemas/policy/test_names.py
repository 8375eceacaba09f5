"""Names: who may have which, and that no two namespaces can have one."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_status_contract.model.policy import LegacyName, NameRules
from platform_status_contract.policy.names import RequestNames, home_of, name_problem, namespace_problem
from tests.examples import examples

PLAIN = NameRules(reserved=("kube-*", "in-cluster"))
ONE = NameRules(short_names="RequestsNamespace", requests_namespace="requests")
OLD = NameRules(
    legacy_names=(LegacyName("old-team", "media", "media-ns"),), reserved=("kube-*",), target_namespaces=("shared",)
)
FREE = NameRules(short_names="Free")


@pytest.mark.parametrize(
    ("names", "name", "space", "request_name", "wanted"),
    [
        (PLAIN, "media", "vcluster-media", "any", ""),
        (PLAIN, "vcluster-media", "vcluster-media", "any", ""),
        (PLAIN, "vcluster-media", "vcluster-vcluster-media", "any", "a request in the namespace vcluster-media"),
        (PLAIN, "media", "team-b", "media", "team-b--x, or a request in the namespace vcluster-media"),
        (PLAIN, "team-b--media", "team-b", "any", ""),
        (PLAIN, "team-b--a--b", "team-b", "any", "team-b--x with no two dashes in x"),
        (PLAIN, "team-b---a", "team-b", "any", "team-b--x with no two dashes in x"),
        (PLAIN, "team-b--a", "vcluster-team-b--a", "any", "vcluster-team-b--a--x"),
        (PLAIN, "kube-x", "vcluster-kube-x", "any", "not reserved"),
        (PLAIN, "in-cluster", "vcluster-in-cluster", "any", "not reserved"),
        (PLAIN, "", "team-b", "any", "team-b--x"),
        (PLAIN, "--a", "", "any", "no two dashes"),
        (ONE, "media", "requests", "media", ""),
        (ONE, "media", "requests", "mine", "a request of that very name in the namespace requests"),
        (ONE, "media", "vcluster-media", "media", "a request of that very name in the namespace requests"),
        (ONE, "team-b--media", "team-b", "mine", ""),
        (OLD, "media", "old-team", "any", ""),
        (OLD, "media", "vcluster-media", "any", "legacyNames does not give to another"),
        (FREE, "in-cluster", "team-b", "any", ""),
    ],
)
def test_a_name_has_one_owner(names: NameRules, name: str, space: str, request_name: str, wanted: str) -> None:
    problem = name_problem(names, RequestNames(name, space, request_name))
    assert wanted in problem if wanted else problem == ""


@pytest.mark.parametrize(
    ("names", "name", "space", "target", "allowed"),
    [
        (PLAIN, "media", "vcluster-media", "vcluster-media", True),
        (PLAIN, "x", "team-b", "team-b--x", True),
        (PLAIN, "x", "team-b", "team-bx", False),
        (PLAIN, "x", "team-b", "team-b--x--y", False),
        (PLAIN, "media", "team-b", "vcluster-media", False),
        (PLAIN, "media", "team-b", "argocd", False),
        (OLD, "media", "old-team", "media-ns", True),
        (OLD, "media", "team-b", "media-ns", False),
        (OLD, "x", "team-b", "shared", True),
        (ONE, "media", "requests", "vcluster-media", True),
        (ONE, "media", "requests", "requests--media", True),
        (ONE, "media", "requests", "requests", False),
        (ONE, "media", "requests", "requests--other", False),
        (ONE, "team-b--x", "team-b", "team-b", True),
        (FREE, "media", "team-b", "argocd", True),
    ],
)
def test_a_target_namespace_is_the_requests_own(
    names: NameRules,
    name: str,
    space: str,
    target: str,
    allowed: bool,  # noqa: FBT001 - a case
) -> None:
    problem = namespace_problem(names, RequestNames(name, space, name), target)
    assert (problem == "") is allowed
    assert allowed or space in problem


LABELS = st.lists(st.sampled_from(["a", "b", "-", "--", "vcluster-", "team", "requests"]), min_size=1, max_size=6).map(
    "".join
)
LABEL = LABELS.filter(lambda label: label[0] != "-" and label[-1] != "-")


@pytest.mark.parametrize("names", [PLAIN, ONE, OLD])
@given(name=LABEL, spaces=st.lists(LABEL, min_size=2, max_size=6, unique=True))
@settings(max_examples=examples(300), deadline=None, database=None)
def test_no_two_namespaces_can_have_one_name(names: NameRules, name: str, spaces: list[str]) -> None:
    places = [*spaces, home_of(names, name), f"vcluster-{name}", name, *(f"{space}--a" for space in spaces)]
    owners = {space for space in places if not name_problem(names, RequestNames(name, space, name))}
    assert len(owners) <= 1


@given(space=LABEL, other=LABEL, name=LABEL)
@settings(max_examples=examples(300), deadline=None, database=None)
def test_what_stands_above_a_target_namespace_is_one_namespace(space: str, other: str, name: str) -> None:
    """Two namespaces share a target only if it is the namespace of one of them, which its name says."""
    for target in (f"{space}--{name}", f"{other}--{name}"):
        allowed = [
            owner for owner in {space, other} if not namespace_problem(PLAIN, RequestNames("x", owner, "x"), target)
        ]
        for one, two in itertools.combinations(allowed, 2):
            assert target in (one, two)


def test_a_file_without_a_namespace_is_taken_for_one_that_goes_home() -> None:
    assert home_of(PLAIN, "media") == "vcluster-media"
    assert home_of(PLAIN, "vcluster-media") == "vcluster-media"
    assert home_of(PLAIN, "team-b--media") == "team-b"
    assert home_of(ONE, "media") == "requests"
