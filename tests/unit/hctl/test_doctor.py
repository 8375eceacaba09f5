"""The checks of ``hctl doctor``: what each says of what was read. The real API server is asked in tests/cluster."""

import inspect
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hctl.doctor.checks import CHECKS, examine, exit_code, summary_of
from hctl.doctor.facts import NOWHERE, CheckFacts, CheckFound, CheckLine, CheckState
from hctl.errors import ExitCode

from .test_hostile import JSON

Json = dict[str, Any]

NOW = datetime(2026, 2, 26, 10, 30, tzinfo=UTC)
TENANT = "team-a"


def named(name: str, namespace: str = "", **more: object) -> Json:
    return {"metadata": {"name": name, "namespace": namespace}, **more}


def role(name: str, *rules: Json, namespace: str = "") -> Json:
    return named(name, namespace, rules=list(rules))


def rule(verb: str, group: str, resource: str, **more: object) -> Json:
    return {"verbs": [verb], "apiGroups": [group], "resources": [resource], **more}


def binding(to: str, kind: str, who: str, *, of: str = "Role", namespace: str = TENANT, **subject: str) -> Json:
    return named("b", namespace, roleRef={"kind": of, "name": to}, subjects=[{"kind": kind, "name": who, **subject}])


def promise(*args: str, **environment: str) -> Json:
    env = [{"name": key, "value": value} for key, value in environment.items()]
    pipeline = {"spec": {"containers": [{"args": ["sidecar", *args], "env": env}]}}
    return named("vco", spec={"workflows": {"promise": {"configure": [pipeline]}}})


def pod(waiting: str = "", image_id: str = "sha256:1") -> Json:
    state = {"waiting": {"reason": waiting}} if waiting else {"running": {}}
    status = {"image": "REGISTRY.invalid/sidecar:1", "imageID": image_id, "state": state}
    return named("p", "platform-status-system", status={"containerStatuses": [status]})


def manager(available: int) -> Json:
    containers = [
        {"name": "proxy", "image": "REGISTRY.invalid/proxy:1"},
        {"name": "manager", "image": "REGISTRY.invalid/kratix:9"},
    ]
    spec = {"template": {"spec": {"containers": containers}}}
    return named("kratix-platform-controller-manager", spec=spec, status={"availableReplicas": available})


def policy(what: str, *actions: str) -> Json:
    return named(f"vco-{what}", spec={"policyName": f"vco-{what}", "validationActions": list(actions or ("Deny",))})


LABELLED = {"metadata": {"name": "host", "labels": {"environment": "platform"}}}
LEASE = named("vco", spec={"renewTime": "2026-02-26T10:29:30Z"})
ACCOUNT = named("vco-resource-configure-main", TENANT)
FINE: dict[str, CheckFound] = {
    "promises": CheckFound((promise(),)),
    "kratix": CheckFound((manager(1),)),
    "destinations": CheckFound((LABELLED,)),
    "leases": CheckFound((LEASE,)),
    "pods": CheckFound((pod(),)),
    "pipeline pods": CheckFound(),
    "argocd-cm": CheckFound((named("argocd-cm", "argocd"),)),
    "accounts": CheckFound((ACCOUNT, named("default", TENANT))),
    "roles": CheckFound(),
    "cluster roles": CheckFound(),
    "role bindings": CheckFound(),
    "cluster role bindings": CheckFound(),
    "admission": CheckFound((policy("bounds"), policy("pipeline-accounts"))),
}
DENIED = CheckFound(unread="you have no permission")


def facts(*, groups: tuple[str, ...] = ("argoproj.io",), rights: Any = None, **changes: CheckFound) -> CheckFacts:  # noqa: ANN401 - a mapping or False
    looks = {**FINE, **{name.replace("_", " ").replace("argocd cm", "argocd-cm"): it for name, it in changes.items()}}
    may = {"list pods -A": True} if rights is None else rights or None
    return CheckFacts(NOW, looks, frozenset(groups), may, "platform-status-system", "argocd")


def line(check: str, found: CheckFacts) -> CheckLine:
    return next(each for each in examine(found) if each.check == check)


def silence(data: Json) -> CheckFacts:
    return facts(argocd_cm=CheckFound((named("argocd-cm", "argocd", data=data),)))


def bound(*rules: Json, kind: str = "Group", who: str = "devs", **more: Any) -> CheckFacts:  # noqa: ANN401 - of a Found
    return facts(
        roles=CheckFound((role("r", *rules, namespace=TENANT),)),
        role_bindings=CheckFound((binding("r", kind, who),)),
        **more,
    )


TOKENS = rule("create", "", "serviceaccounts/token")
PODS = rule("create", "", "pods")
NOT_KEPT = CheckFound((policy("bounds"), policy("pipeline-accounts", "Audit")))

TABLE: list[tuple[str, CheckFacts, CheckState, str]] = [
    ("kratix", facts(), CheckState.OK, "REGISTRY.invalid/kratix:9 runs"),
    ("kratix", facts(promises=NOWHERE), CheckState.FAILURE, "Kratix is not installed"),
    ("kratix", facts(kratix=CheckFound()), CheckState.WARNING, "shows the version"),
    ("kratix", facts(kratix=CheckFound((manager(0),))), CheckState.FAILURE, "no replica of REGISTRY.invalid/kratix:9"),
    ("kratix", facts(kratix=DENIED), CheckState.NOT_READABLE, "you have no permission"),
    ("destinations", facts(), CheckState.OK, "host"),
    ("destinations", facts(destinations=NOWHERE), CheckState.FAILURE, "has no kind Destination"),
    ("destinations", facts(destinations=CheckFound((named("bare"),))), CheckState.FAILURE, "environment=platform"),
    ("destinations", facts(promises=CheckFound((promise("--destination=a=b,c=d"),))), CheckState.FAILURE, "a=b,c=d"),
    ("destinations", facts(promises=CheckFound((promise(SIDECAR_DESTINATION="a=b"),))), CheckState.FAILURE, "a=b"),
    (
        "destinations",
        facts(
            destinations=CheckFound(({**LABELLED, "status": {"conditions": [{"type": "Ready", "status": "False"}]}},))
        ),
        CheckState.FAILURE,
        "Kratix cannot write to host",
    ),
    ("destinations", facts(destinations=DENIED), CheckState.NOT_READABLE, "you have no permission"),
    ("destinations", facts(promises=DENIED), CheckState.NOT_READABLE, "whether Promises select another"),
    ("delivery", facts(groups=("argoproj.io", "kustomize.toolkit.fluxcd.io")), CheckState.OK, "Argo CD and Flux"),
    ("delivery", facts(groups=()), CheckState.FAILURE, "neither Argo CD nor Flux"),
    ("sidecars", facts(), CheckState.OK, "vco renewed within"),
    ("sidecars", facts(leases=CheckFound()), CheckState.FAILURE, "no sidecar has a Lease"),
    ("sidecars", facts(leases=CheckFound((LEASE, named("old")))), CheckState.FAILURE, "old was never renewed"),
    (
        "sidecars",
        facts(leases=CheckFound((named("old", spec={"renewTime": "2026-02-26T10:20:00Z"}),))),
        CheckState.FAILURE,
        "old was not renewed for 10m",
    ),
    (
        "sidecars",
        facts(leases=CheckFound((named("new", spec={"renewTime": "2026-02-26T11:20:00Z"}),))),
        CheckState.FAILURE,
        "in the future",
    ),
    ("sidecars", facts(leases=DENIED), CheckState.NOT_READABLE, "you have no permission"),
    ("images", facts(), CheckState.OK, "REGISTRY.invalid/sidecar:1 pulled"),
    (
        "images",
        facts(pods=CheckFound((pod("ImagePullBackOff"),))),
        CheckState.FAILURE,
        "cannot be pulled: ImagePullBackOff",
    ),
    ("images", facts(pipeline_pods=CheckFound((pod("ErrImagePull"),))), CheckState.FAILURE, "cannot be pulled"),
    ("images", facts(pods=CheckFound((pod("ContainerCreating", ""),))), CheckState.NOT_READABLE, "nothing shows"),
    ("images", facts(pods=CheckFound()), CheckState.NOT_READABLE, "nothing shows"),
    ("images", facts(pipeline_pods=DENIED), CheckState.NOT_READABLE, "you have no permission"),
    ("argocd timeout", facts(), CheckState.OK, "--argocd-silent-after=900"),
    ("argocd timeout", facts(groups=()), CheckState.OK, "Argo CD is not installed"),
    ("argocd timeout", silence({"timeout.reconciliation": "10m"}), CheckState.OK, "--argocd-silent-after=1980"),
    (
        "argocd timeout",
        silence({"timeout.reconciliation": "1h0m0s", "timeout.reconciliation.jitter": "0"}),
        CheckState.OK,
        "--argocd-silent-after=10800",
    ),
    (
        "argocd timeout",
        silence({"timeout.reconciliation": "0s"}),
        CheckState.WARNING,
        "leave --argocd-silent-after off",
    ),
    ("argocd timeout", silence({"timeout.reconciliation": "soon"}), CheckState.WARNING, "not a duration"),
    ("argocd timeout", facts(argocd_cm=CheckFound()), CheckState.NOT_READABLE, "no ConfigMap argocd-cm in argocd"),
    ("argocd timeout", facts(argocd_cm=DENIED), CheckState.NOT_READABLE, "you have no permission"),
    ("admission", facts(), CheckState.OK, "vco-bounds are enforced at apply"),
    (
        "admission",
        facts(admission=CheckFound((policy("bounds", "Warn"),))),
        CheckState.WARNING,
        "no policy is enforced at apply",
    ),
    ("admission", facts(admission=DENIED), CheckState.NOT_READABLE, "you have no permission"),
    ("pipeline accounts", facts(), CheckState.OK, f"nobody but the platform can act as them in {TENANT}"),
    ("pipeline accounts", facts(accounts=CheckFound()), CheckState.OK, "no pipeline has run"),
    ("pipeline accounts", facts(roles=DENIED), CheckState.NOT_READABLE, "roles: you have no permission"),
    ("pipeline accounts", bound(TOKENS), CheckState.WARNING, f"Group devs may mint tokens in {TENANT}"),
    ("pipeline accounts", bound(rule("*", "*", "*")), CheckState.WARNING, "Group devs may enter pods"),
    ("pipeline accounts", bound(rule("get", "", "*/exec")), CheckState.WARNING, "Group devs may enter pods"),
    ("pipeline accounts", bound(rule("get", "", "pods")), CheckState.OK, "nobody"),
    ("pipeline accounts", bound(PODS), CheckState.OK, "nobody"),
    ("pipeline accounts", bound(PODS, admission=NOT_KEPT), CheckState.WARNING, "Group devs may run pods"),
    (
        "pipeline accounts",
        bound(rule("create", "batch", "cronjobs"), admission=CheckFound()),
        CheckState.WARNING,
        "run pods",
    ),
    ("pipeline accounts", bound({**TOKENS, "resourceNames": ["mine"]}), CheckState.OK, "nobody"),
    (
        "pipeline accounts",
        bound({**TOKENS, "resourceNames": ["vco-resource-configure-main"]}),
        CheckState.WARNING,
        "mint tokens",
    ),
    ("pipeline accounts", bound(TOKENS, kind="User", who="system:kube-scheduler"), CheckState.OK, "nobody"),
    ("pipeline accounts", bound(TOKENS, who="system:authenticated"), CheckState.WARNING, "system:authenticated may"),
    (
        "pipeline accounts",
        bound(TOKENS, kind="ServiceAccount", who="vco-resource-delete-main"),
        CheckState.OK,
        "nobody",
    ),
    (
        "pipeline accounts",
        facts(
            cluster_roles=CheckFound((role("edit", rule("create", "platform.kratix.io", "works")),)),
            cluster_role_bindings=CheckFound((binding("edit", "User", "jane", namespace=""),)),
        ),
        CheckState.WARNING,
        f"User jane may write Works in {TENANT}",
    ),
    (
        "pipeline accounts",
        facts(
            cluster_roles=CheckFound((role("edit", TOKENS),)),
            role_bindings=CheckFound((binding("edit", "User", "jane", of="ClusterRole"),)),
        ),
        CheckState.WARNING,
        f"User jane may mint tokens in {TENANT}",
    ),
    (
        "pipeline accounts",
        facts(
            cluster_roles=CheckFound((role("root", rule("*", "*", "*")),)),
            cluster_role_bindings=CheckFound((binding("root", "Group", "admins", namespace=""),)),
        ),
        CheckState.OK,
        "nobody",
    ),
    ("your rights", facts(), CheckState.OK, "you may list pods -A"),
    ("your rights", facts(rights={"list pods -A": False}), CheckState.WARNING, "you may not list pods -A"),
    ("your rights", facts(rights=False), CheckState.NOT_READABLE, "could not be read"),
]


@pytest.mark.parametrize(("check", "found", "state", "says"), TABLE)
def test_a_check_says_what_its_case_says(check: str, found: CheckFacts, state: CheckState, says: str) -> None:
    told = line(check, found)
    assert (told.state, says in told.says) == (state, True), told
    # what is not in order always comes with a next step, and what is fine with none
    assert bool(told.next) is (state is not CheckState.OK)


def test_every_check_has_a_case_for_each_state_that_it_knows() -> None:
    for check, line_of in zip(CHECKS, examine(facts()), strict=True):
        source = inspect.getsource(check)
        known = set(re.findall(r"CheckState\.(\w+)", source.replace("_unread(", "CheckState.NOT_READABLE ")))
        assert {state.name for name, _, state, _ in TABLE if name == line_of.check} == known, line_of.check


def test_what_is_not_readable_is_never_ok() -> None:
    looks = dict.fromkeys(FINE, DENIED)
    nothing = CheckFacts(NOW, looks, frozenset({"argoproj.io"}), None, "platform-status-system", "argocd")
    states = {each.check: each.state for each in examine(nothing)}
    assert states.pop("delivery") is CheckState.OK
    assert set(states.values()) == {CheckState.NOT_READABLE}
    assert exit_code(examine(nothing)) == ExitCode.STALE


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ((CheckState.OK, CheckState.WARNING), ExitCode.READY),
        ((CheckState.NOT_READABLE, CheckState.WARNING), ExitCode.STALE),
        ((CheckState.NOT_READABLE, CheckState.FAILURE), ExitCode.NOT_READY),
    ],
)
def test_the_worst_decides_the_exit_code(states: tuple[CheckState, ...], code: ExitCode) -> None:
    lines = [CheckLine("x", state, "") for state in states]
    assert exit_code(lines) is code
    assert sum(summary_of(lines).values()) == len(states)


@given(looks=st.dictionaries(st.sampled_from(sorted(FINE)), st.lists(JSON, max_size=3)))
def test_any_json_has_a_line_of_each_check(looks: dict[str, list[object]]) -> None:
    found = CheckFacts(
        NOW, {**FINE, **{name: CheckFound(tuple(each)) for name, each in looks.items()}}, frozenset(), None, "s", "a"
    )
    lines = examine(found)
    assert len(lines) == len(CHECKS)
    assert all(each.says.isprintable() for each in lines)
