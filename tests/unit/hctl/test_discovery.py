"""Which kind does somebody mean, and which may be golden paths?"""

import pytest

from hctl.cluster.discovery import Kind, candidates, find_kind
from hctl.cluster.transport import segment
from hctl.errors import UsageError

VERBS = ("get", "list", "watch")
VCLUSTER = Kind(
    "platform.integratn.tech",
    "v1alpha1",
    "VClusterOrchestratorV2",
    "vclusterorchestratorv2s",
    "vclusterorchestratorv2",
    ("vco",),
    ("platform",),
    verbs=VERBS,
)
WEBAPP = Kind("apps.example.org", "v1", "WebApp", "webapps", "webapp", (), ("platform",), verbs=VERBS)
NAMESAKE = Kind("other.example.org", "v1", "WebApp", "webapps", "webapp", verbs=VERBS)
REVIEW = Kind("authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", verbs=("create",))
CLUSTERED = Kind("example.org", "v1", "Zone", "zones", "zone", (), ("platform",), namespaced=False, verbs=VERBS)
ALL = (VCLUSTER, WEBAPP, NAMESAKE, REVIEW, CLUSTERED)


@pytest.mark.parametrize(
    "name",
    [
        "vco",
        "VCO",
        "vclusterorchestratorv2",
        "VClusterOrchestratorV2",
        "vclusterorchestratorv2s",
        "vclusterorchestratorv2s.platform.integratn.tech",
        "vco.platform.integratn.tech",
    ],
)
def test_a_kind_answers_to_every_name_that_kubectl_knows(name: str) -> None:
    assert find_kind(ALL, name) is VCLUSTER


def test_the_platforms_own_wins_over_a_namesake() -> None:
    assert find_kind(ALL, "webapp") is WEBAPP
    assert find_kind(ALL, "webapps.other.example.org") is NAMESAKE


def test_namesakes_of_equal_rank_ask_for_the_long_name() -> None:
    with pytest.raises(
        UsageError, match=r"webapps\.other\.example\.org, webapps\.third\.example\.org; use the full name"
    ):
        find_kind((NAMESAKE, Kind("third.example.org", "v1", "WebApp", "webapps", "webapp", verbs=VERBS)), "webapp")


def test_what_cannot_be_listed_is_no_kind_to_look_at() -> None:
    with pytest.raises(UsageError, match="golden paths here: vclusterorchestratorv2, webapp"):
        find_kind(ALL, "subjectaccessreview")


def test_candidates_are_namespaced_listable_and_of_the_platform() -> None:
    assert candidates(ALL) == (VCLUSTER, WEBAPP)


def test_paths() -> None:
    root = "/apis/platform.integratn.tech/v1alpha1"
    assert VCLUSTER.path() == f"{root}/vclusterorchestratorv2s"
    assert VCLUSTER.path("team-a") == f"{root}/namespaces/team-a/vclusterorchestratorv2s"
    assert Kind("", "v1", "Pod", "pods").path("x") == "/api/v1/namespaces/x/pods"


@pytest.mark.parametrize(
    ("text", "safe"), [("..", "%2E%2E"), (".", "%2E"), ("a/b", "a%2Fb"), ("a?b#c", "a%3Fb%23c"), ("a.b", "a.b")]
)
def test_no_name_leaves_its_segment_of_a_path(text: str, safe: str) -> None:
    assert segment(text) == safe
