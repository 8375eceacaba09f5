"""What the container `wait` concludes from a request: a table, and nothing that anybody wrote may stop it."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_pipeline.errors import RequestRefusedError
from platform_status_pipeline.wait import MAX_INTERVAL, MIN_INTERVAL, Waiting, look
from tests.unit.observing.test_decode import ANY_JSON

TRUE: Final = {"type": "StoreReady", "status": "True", "reason": "ObjectsReady", "message": "StatefulSet x is ready"}
IN_A_CYCLE: Final = {
    "type": "PeerReady",
    "status": "False",
    "reason": "ObjectFailed",
    "message": "Step b observes this request in turn: each waits for the other",
}


def request(*conditions: Any, attempts: Any = 1, generation: int = 2, **status: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    pipelines = [{"name": "make", "phase": "Succeeded"}, {"name": "wait", "phase": "Pending", "attempts": attempts}]
    return {
        "metadata": {"name": "a", "generation": generation},
        "status": {
            "contract": {"generation": 2},
            "health": {"observedGeneration": 2},
            "conditions": list(conditions),
            "kratix": {"workflows": {"pipelines": pipelines}},
            **status,
        },
    }


@pytest.mark.parametrize(
    ("given", "names", "message"),
    [
        pytest.param(request(TRUE), ["StoreReady"], None, id="through"),
        pytest.param(
            request(TRUE, attempts=None),
            ["StoreReady"],
            "waiting: StoreReady may still speak of the contract before",
            id="first look",
        ),
        pytest.param(
            request(TRUE, attempts=None, kratix={"workflows": {"suspendedGeneration": 2}}),
            ["StoreReady"],
            None,
            id="looked before, by Kratix' other note of it",
        ),
        pytest.param(
            request(TRUE, attempts=None, kratix={"workflows": {"suspendedGeneration": 1}}),
            ["StoreReady"],
            "waiting: StoreReady may still speak of the contract before",
            id="looked at another generation only",
        ),
        pytest.param(
            request(TRUE, health={"observedGeneration": 1}),
            ["StoreReady"],
            "waiting: no sidecar has looked at generation 2 yet",
            id="not looked at",
        ),
        pytest.param(
            request(TRUE),
            ["StoreReady", "PeerReady"],
            "waiting: there is no condition PeerReady yet",
            id="no such condition",
        ),
        pytest.param(
            request(TRUE, IN_A_CYCLE),
            ["StoreReady", "PeerReady"],
            "waiting: PeerReady is ObjectFailed: Step b observes this request in turn: each waits for the other",
            id="a cycle is named",
        ),
        pytest.param(
            request(dict(TRUE, status="Unknown", reason="SourceUnreadable", message="a\nb")),
            ["StoreReady"],
            "waiting: StoreReady is SourceUnreadable: a b",
            id="unreadable",
        ),
    ],
)
def test_it_waits_until_each_condition_is_true_for_this_generation(
    given: dict[str, Any], names: list[str], message: str | None
) -> None:
    waiting = look(given, names, "wait")
    assert (waiting and waiting.message) == message


def test_the_interval_doubles_up_to_a_limit() -> None:
    def seconds(attempts: int) -> int:
        waiting = look(request(attempts=attempts), ["StoreReady"], "wait")
        assert waiting is not None
        return waiting.seconds

    assert [seconds(attempts) for attempts in range(7)] == [15, 30, 60, 120, 240, 300, 300]
    assert seconds(10**30) == MAX_INTERVAL


def test_what_can_never_become_true_is_refused() -> None:
    with pytest.raises(RequestRefusedError) as caught:
        look(request(TRUE, generation=3), ["Ready"], "wait")
    assert [problem.line for problem in caught.value.problems] == [
        "--for: found Ready, expected conditions of parts: Ready becomes True only once the whole workflow is through",
        (
            "status.contract.generation: found 2, expected 3; let the container run in a pipeline after that with the "
            "contract"
        ),
    ]


@given(ANY_JSON, st.sampled_from(["conditions", "health", "kratix", "contract"]), st.booleans())
def test_whatever_stands_in_a_status_it_answers(value: Any, key: str, is_deep: bool) -> None:  # noqa: ANN401, FBT001 - drawn
    document = request(**({key: value} if not is_deep else {"kratix": {"workflows": {"pipelines": [value]}}}))
    try:
        waiting = look(document, ["StoreReady"], "wait")
    except RequestRefusedError:
        return
    assert isinstance(waiting, Waiting)
    assert MIN_INTERVAL <= waiting.seconds <= MAX_INTERVAL
