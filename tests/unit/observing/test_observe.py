"""Observing: one reading per source, where absent, unreadable and zero differ, and half a list is not absence."""

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.contract import MatchExpression, Selector
from platform_status_contract.model.times import LONG_AGO
from platform_status_contract.model.vocabulary import OWNER_ANNOTATION, Reason
from platform_status_contract.observing.observe import NotYet, observe
from platform_status_contract.observing.selectors import matches
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.observation import (
    Absent,
    ApplicationSeen,
    Observation,
    Present,
    SecretSeen,
    SubApplicationSeen,
    Unreadable,
)
from tests.unit.sidecar import support
from tests.unit.sidecar.support import MEDIA, Watched, contract, watched

SECRET = ("vcluster-media", "kubeconfig")
KINDS = [Source.APPLICATIONS, Source.PODS, Source.WORKS, Source.WORK_PLACEMENTS, Source.STATEFUL_SETS]


def full() -> Watched:
    """A store with everything the contract names, all of it listed."""
    known = watched()
    for source, item in support.everything().items():
        known.put(source, item)
    known.sync()
    known.store.put_secret(SECRET, Present(SecretSeen("kubeconfig")))
    return known


def seen(known: Watched, **changes: object) -> Observation:
    found = observe(known.store, MEDIA, contract(**changes))
    assert isinstance(found, Observation), found
    return found


def test_everything_that_the_contract_names_is_read() -> None:
    known = full()
    known.put(Source.APPLICATIONS, support.application("sub", server="https://media:443"))
    found = seen(known)
    assert isinstance(found.application, Present)
    assert found.application.value.sync_status == "Synced"
    assert isinstance(found.pods, Present)
    assert [pod.name for pod in found.pods.value] == ["p0"]
    assert isinstance(found.controllers, Present)
    assert [item.paused for item in found.controllers.value] == [False]
    assert isinstance(found.works, Present)
    assert [(item.name, len(item.placements)) for item in found.works.value] == [("work", 1)]
    assert found.secrets == (Present(SecretSeen("kubeconfig")),)
    assert isinstance(found.sub_applications, Present)
    assert [item.name for item in found.sub_applications.value] == ["sub"]


@pytest.mark.parametrize(
    ("owner", "foreign"),
    [(None, False), ("", False), ("/".join(MEDIA), False), ("team-b/media", True), (f"{MEDIA[0]}/other", True)],
)
def test_an_application_that_names_another_request_tells_nothing(owner: str | None, foreign: bool) -> None:  # noqa: FBT001 - a case
    known = full()
    whole = support.everything()[Source.APPLICATIONS]
    stamp = {} if owner is None else {OWNER_ANNOTATION: owner}
    known.put(Source.APPLICATIONS, {**whole, "metadata": {**whole["metadata"], "annotations": stamp}})
    found = seen(known).application
    assert isinstance(found, Present)
    if foreign:
        assert found.value == ApplicationSeen(foreign=True)
    else:
        assert (found.value.foreign, found.value.sync_status) == (False, "Synced")


@given(owner=st.text(), words=st.text(min_size=1), gone=st.booleans())
def test_what_belongs_to_another_request_says_the_same_whatever_it_says(owner: str, words: str, gone: bool) -> None:  # noqa: FBT001 - drawn
    name = "sub-of-others"
    known = full()
    found = support.application(name, server="https://media:443")
    found["metadata"]["annotations"] = {OWNER_ANNOTATION: owner}
    found["status"] = {"health": {"status": "Degraded", "message": words}}
    known.put(Source.APPLICATIONS, found)
    secret = SecretSeen("kubeconfig", LONG_AGO if gone else None, owner)
    known.store.put_secret(SECRET, Present(secret))
    observed = seen(known)
    assert isinstance(observed.sub_applications, Present)
    (app,) = observed.sub_applications.value
    if owner in ("", "/".join(MEDIA)):
        assert (app.name, observed.secrets) == (name, (Present(secret),))
    else:
        assert app == SubApplicationSeen("", ApplicationSeen(foreign=True), None)
        assert observed.secrets == (Present(SecretSeen("kubeconfig", foreign=True)),)


def test_of_a_secret_that_was_of_another_request_when_it_was_last_read_no_more_is_known_later() -> None:
    known = full()
    last = Present(SecretSeen("kubeconfig", owner="team-b/media"))
    known.store.put_secret(SECRET, Unreadable(Reason.FORBIDDEN, LONG_AGO, last))
    assert seen(known).secrets == (
        Unreadable(Reason.FORBIDDEN, LONG_AGO, Present(SecretSeen("kubeconfig", foreign=True))),
    )


NONE_OF_ITS_PODS = {"namespace": "vcluster-media", "selector": {"matchLabels": {"no": "such"}}}


def test_what_the_contract_does_not_name_is_none() -> None:
    found = seen(full(), application=None, subApplications=None, workloads=NONE_OF_ITS_PODS, secrets=None, works=False)
    assert found == Observation(pods=Present(()))


def test_a_contract_may_name_an_application_alone() -> None:
    found = seen(full(), subApplications=None, workloads=None, secrets=None, works=False)
    assert isinstance(found.application, Present)
    assert found == Observation(application=found.application)


def test_looked_and_not_there_is_absent_and_looked_and_none_is_empty() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    known.sync()
    known.store.put_secret(SECRET, Absent())
    assert seen(known) == Observation(
        works=Present(()),
        application=Absent(),
        pods=Present(()),
        controllers=Present(()),
        secrets=(Absent(),),
        sub_applications=Present(()),
    )


@pytest.mark.parametrize("missing", KINDS)
def test_before_the_first_list_of_any_kind_nothing_is_observed(missing: Source) -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    known.sync(*(source for source in Source if source is not missing))
    known.store.put_secret(SECRET, Absent())
    assert observe(known.store, MEDIA, contract()) == NotYet((missing.value,))


def test_a_secret_that_was_not_asked_for_yet_is_waited_for() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    known.sync()
    assert observe(known.store, MEDIA, contract()) == NotYet(("secrets",))


def test_a_kind_that_the_contract_does_not_name_is_not_waited_for() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    known.sync(Source.PODS)
    found = observe(
        known.store,
        MEDIA,
        contract(application=None, subApplications=None, secrets=None, works=False, workloads=NONE_OF_ITS_PODS),
    )
    assert isinstance(found, Observation)


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        (Source.APPLICATIONS, {"application", "sub_applications"}),
        (Source.PODS, {"pods"}),
        (Source.WORKS, {"works"}),
        (Source.WORK_PLACEMENTS, {"works"}),
        (Source.STATEFUL_SETS, {"controllers"}),
    ],
)
def test_an_unreadable_kind_makes_its_sources_unreadable_with_their_last_reading(
    source: Source, fields: set[str]
) -> None:
    known = full()
    before = seen(known)
    since = known.clock.now()
    known.clock.advance(30)
    known.store.note_failure(source, Reason.FORBIDDEN, "HTTP 403", known.clock.now())
    found = seen(known)
    for name in Observation.__struct_fields__:
        reading: Any = getattr(found, name)
        if name in fields:
            assert reading == Unreadable(Reason.FORBIDDEN, since, getattr(before, name)), name
        else:
            assert reading == getattr(before, name), name


def test_a_kind_that_was_never_read_has_no_last_reading() -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    known.sync(*(source for source in Source if source is not Source.PODS))
    known.store.put_secret(SECRET, Absent())
    known.store.note_failure(Source.PODS, Reason.KIND_MISSING, "HTTP 404", known.clock.now())
    assert seen(known).pods == Unreadable(Reason.KIND_MISSING, known.clock.now(), None)


def test_the_generation_is_read_from_the_annotation_that_the_contract_names() -> None:
    known = full()
    known.put(Source.APPLICATIONS, support.application(annotations={"x.org/generation": "4", "y.org/generation": "5"}))
    found = seen(known).application
    assert isinstance(found, Present)
    assert found.value.written_for == 4
    unnamed = seen(known, application={"namespace": "argocd", "name": "vcluster-media"}).application
    assert isinstance(unnamed, Present)
    assert unnamed.value.written_for is None


def test_the_requests_own_application_is_not_its_sub_application() -> None:
    known = full()
    known.put(Source.APPLICATIONS, support.application(server="https://media:443"))
    assert seen(known).sub_applications == Present(())


def test_sub_applications_in_several_namespaces_are_told_apart() -> None:
    known = full()
    for namespace in ("team-a", "team-b", "team-c"):
        item = support.application("sub", server="https://media:443")
        known.put(Source.APPLICATIONS, {**item, "metadata": {**item["metadata"], "namespace": namespace}})
    part = {**support.CONTRACT["subApplications"], "namespace": "team-b", "namespaces": ["team-a", "team-b"]}
    found = seen(known, subApplications=part)
    assert isinstance(found.sub_applications, Present)
    assert [item.name for item in found.sub_applications.value] == ["team-a/sub", "team-b/sub"]


def test_selectors_narrow_pods_and_sub_applications() -> None:
    selector = {"matchExpressions": [{"key": "managed-by", "operator": "DoesNotExist"}]}
    changes = {
        "workloads": {"namespace": "vcluster-media", "selector": selector},
        "subApplications": {**support.CONTRACT["subApplications"], "selector": {"matchLabels": {"tier": "x"}}},
    }
    known = full()
    # The store keeps the labels of pods by which the contracts that it knows select.
    known.put(Source.REQUESTS, support.request(support.settled({**support.CONTRACT, **changes}), version=2))
    known.put(Source.PODS, support.pod("own", labels={"app": "v"}), support.pod("tenant", labels={"managed-by": "v"}))
    known.put(
        Source.APPLICATIONS,
        support.application("a", server="https://media:443", labels={"tier": "x"}),
        support.application("b", server="https://media:443"),
    )
    known.put(Source.PODS, support.pod("p0"))
    known.store.note_listed(("pods", "vcluster-media", ""))
    found = seen(known, **changes)
    assert isinstance(found.pods, Present)
    assert [pod.name for pod in found.pods.value] == ["own", "p0"]
    assert isinstance(found.sub_applications, Present)
    assert [item.name for item in found.sub_applications.value] == ["a"]


@pytest.mark.parametrize(
    ("operator", "values", "on_a", "on_b", "without"),
    [
        ("In", ("a", "c"), True, False, False),
        ("NotIn", ("a", "c"), False, True, True),
        ("Exists", None, True, True, False),
        ("DoesNotExist", None, False, False, True),
    ],
)
def test_set_based_requirements_hold_as_kubernetes_defines_them(
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"],
    values: tuple[str, ...] | None,
    *,
    on_a: bool,
    on_b: bool,
    without: bool,
) -> None:
    selector = Selector(match_expressions=(MatchExpression("key", operator, values),))
    answers = [matches(selector, labels) for labels in ((("key", "a"),), (("key", "b"),), (("other", "a"),))]
    assert answers == [on_a, on_b, without]


@given(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy")),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy")),
)
def test_match_labels_hold_exactly_for_supersets(wanted: dict[str, str], labels: dict[str, str]) -> None:
    found = tuple(sorted(labels.items()))
    assert matches(Selector(match_labels=wanted), found) is (wanted.items() <= labels.items())


def test_an_empty_selector_selects_everything() -> None:
    assert matches(None, ())
    assert matches(Selector(), (("a", "b"),))
