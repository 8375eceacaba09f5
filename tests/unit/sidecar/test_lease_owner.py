"""Who owns the Lease: our ServiceAccount, if we run as one of the Lease's namespace; nobody in every other case."""

import pytest

from platform_status_kube.errors import ForbiddenError, NotFoundError, TransportError, UnansweredError
from platform_status_sidecar.watch.lease import LeaseOwner
from tests.unit.sidecar.support import ScriptedServer

OWNED = {"ownerReferences": [{"apiVersion": "v1", "kind": "ServiceAccount", "name": "sidecar", "uid": "u-1"}]}


def review(username: object = "system:serviceaccount:system:sidecar", uid: object = "u-1") -> dict[str, object]:
    return {"kind": "SelfSubjectReview", "status": {"userInfo": {"username": username, "uid": uid, "groups": ["g"]}}}


def test_the_service_account_owns_it_and_is_asked_for_once() -> None:
    server = ScriptedServer().will("create", review())
    owner = LeaseOwner(server, "system")
    assert [owner.metadata(), owner.metadata()] == [OWNED, OWNED]
    assert [call.path for call in server.calls] == ["/apis/authentication.k8s.io/v1/selfsubjectreviews"]


@pytest.mark.parametrize(
    "answer",
    [
        review("kubernetes-admin"),
        review("system:serviceaccount:other:sidecar"),
        review("system:serviceaccount:system:"),
        review("system:serviceaccount:system"),
        review(uid=""),
        review(uid=7),
        review(username=None),
        {},
        [],
        {"status": 1},
        ForbiddenError("HTTP 403", status=403),
        NotFoundError("HTTP 404", status=404),
    ],
)
def test_nobody_owns_it_where_that_cannot_be_known_and_nobody_asks_again(answer: object) -> None:
    server = ScriptedServer().will("create", answer)
    owner = LeaseOwner(server, "system")
    assert [dict(owner.metadata()), dict(owner.metadata())] == [{}, {}]
    assert len(server.calls) == 1


@pytest.mark.parametrize("silence", [UnansweredError("nobody answers"), TransportError("HTTP 500", status=500)])
def test_after_no_answer_it_is_asked_for_again(silence: TransportError) -> None:
    owner = LeaseOwner(ScriptedServer().will("create", silence, review()), "system")
    assert [dict(owner.metadata()), owner.metadata()] == [{}, OWNED]
