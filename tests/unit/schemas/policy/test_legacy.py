"""Names that are older than a policy: with its entry in `legacyNames` a request has the name and the target it had."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.model.policy import LegacyName, Policy
from platform_status_contract.policy.judge import legacy_name, refusals
from platform_status_contract.policy.read import shipped_policy

WORDS = st.sampled_from(["media", "team-a", "team-a--x", "vcluster-media", "kube-x", "argocd", "shared"])


def request(namespace: str, name: str, target: str | None = None, **more: object) -> dict[str, Any]:
    spec = {"name": name, **({} if target is None else {"targetNamespace": target}), **more}
    return {
        "apiVersion": "platform.integratn.tech/v1alpha1",
        "kind": "VClusterOrchestratorV2",
        "metadata": {"namespace": namespace, "name": "x"},
        "spec": spec,
    }


@pytest.mark.parametrize(
    ("asked", "entry"),
    [
        (request("vcluster-media", "media"), None),
        (request("team-a", "team-a--x", "team-a--y"), None),
        (request("team-a", "media"), LegacyName("team-a", "media")),
        (request("team-a", "media", "media-ns"), LegacyName("team-a", "media", "media-ns")),
        (request("team-a", "team-a--x", "media-ns"), LegacyName("team-a", "team-a--x", "media-ns")),
        ({**request("team-a", "media"), "kind": "Other"}, None),
        ({**request("team-a", "media"), "kind": 7, "apiVersion": None}, None),
    ],
)
def test_an_entry_holds_what_the_policy_would_refuse_and_no_more(
    asked: dict[str, Any], entry: LegacyName | None
) -> None:
    assert legacy_name(shipped_policy(), asked) == entry


def _with(policy: Policy, entry: LegacyName) -> Policy:
    names = msgspec.structs.replace(policy.spec.names, legacy_names=(entry,))
    return msgspec.structs.replace(policy, spec=msgspec.structs.replace(policy.spec, names=names))


@given(space=WORDS, name=WORDS, target=st.none() | WORDS)
def test_with_its_entry_a_request_is_refused_neither_for_its_name_nor_for_its_target(
    space: str, name: str, target: str | None
) -> None:
    asked, policy = request(space, name, target), shipped_policy()
    entry = legacy_name(policy, asked)
    told = {refusal.path[-1] for refusal in refusals(policy, asked)}
    if entry is None:
        assert not told & {"name", "targetNamespace"}
    else:
        left = {refusal.path[-1] for refusal in refusals(_with(policy, entry), asked)}
        assert not left & {"name", "targetNamespace"}
