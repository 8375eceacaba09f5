"""Each fault of the connection, on the real API server; the table is in README.md."""

import time
from contextlib import ExitStack

import pytest

from tests.cluster.sidecar.world import until

from .faults import CutMidLine, Duplicate, ErrorEvent, HalfLine, HttpError, OutOfOrder, Silent, Slow, Stale
from .trial import STATUS, Bounds, Starter

pytestmark = pytest.mark.cluster

BURST = 3.0
"""Seconds that a burst lasts: long enough for several tries of each kind."""
OBSERVED = ("pods", "applications")


def test_refused_connections(trial: Starter) -> None:
    under = trial()
    with under.proxy.refusing():
        under.change()
        time.sleep(BURST)
    under.judge(Bounds())


def test_connections_that_are_reset_in_the_middle_of_a_line(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(CutMidLine(), verbs="watch", times=8) as rule:
        under.change()
        under.strikes(rule, times=2)
    under.judge(Bounds())


def test_half_a_json_line(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(HalfLine(), verbs="watch", times=8) as rule:
        under.change()
        under.strikes(rule, times=2)
    under.judge(Bounds())


def test_a_stream_that_goes_silent(trial: Starter) -> None:
    # on a short deadline: a watch that says nothing must be given up, though nobody ever closes it
    under = trial(FAULTS_SILENCE_SECONDS="3")
    with under.proxy.fault(Silent(), verbs="watch") as rule:
        under.change()
        under.strikes(rule, times=2)
    under.judge(Bounds(requests=150))


def test_answers_that_never_come(trial: Starter) -> None:
    under = trial(FAULTS_SILENCE_SECONDS="3")
    with ExitStack() as stack:
        # a version that is too old makes each kind ask for a list, and of that there is no answer
        stack.enter_context(under.proxy.fault(HttpError(410, "Expired"), verbs="watch"))
        rule = stack.enter_context(under.proxy.fault(Silent(), verbs="list get patch"))
        under.proxy.break_connections()
        under.change()
        under.strikes(rule, times=5)
        time.sleep(BURST)
    under.judge(Bounds(requests=150))


def test_410_at_once_and_repeatedly(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(HttpError(410, "Expired"), verbs="watch") as rule:
        under.proxy.break_connections()
        under.change()
        under.strikes(rule, times=6)
        time.sleep(BURST)
    under.judge(Bounds(writes=3, attempts=4))


def test_410_as_an_event_at_once_and_repeatedly(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(ErrorEvent(), verbs="watch") as rule:
        under.proxy.break_connections()
        under.change()
        under.strikes(rule, times=6)
        time.sleep(BURST)
    under.judge(Bounds(writes=3, attempts=4))


def test_a_stale_list(trial: Starter) -> None:
    under = trial()
    lists = under.fleet.lists()
    with ExitStack() as stack:
        stale = stack.enter_context(under.proxy.fault(Stale(lists), verbs="list watch", resources=" ".join(OBSERVED)))
        stack.enter_context(under.proxy.fault(HttpError(410, "Expired"), verbs="watch", times=8))
        under.change()
        under.proxy.break_connections()
        asked = under.proxy.mark()
        for resource in OBSERVED:
            until(lambda resource=resource: under.proxy.seen(asked, verb="list", resource=resource), "it lists again")  # type: ignore[misc]  # the default binds the loop's value
        under.strikes(stale, times=2)
    under.judge(Bounds(writes=3, attempts=4))


@pytest.mark.parametrize("status", [500, 503])
def test_a_burst_of_server_errors(trial: Starter, status: int) -> None:
    under = trial()
    with under.proxy.fault(HttpError(status, "InternalError")) as rule:
        under.proxy.break_connections()
        under.change()
        under.strikes(rule, times=5)
        time.sleep(BURST)
    under.judge(Bounds())


@pytest.mark.parametrize("status", [500, 503])
def test_server_errors_on_writes(trial: Starter, status: int) -> None:
    under = trial()
    with under.proxy.fault(HttpError(status, "InternalError"), verbs="patch") as rule:
        under.change()
        under.strikes(rule, times=2)
        time.sleep(BURST)
    under.judge(Bounds(attempts=5))


def test_too_many_requests(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(HttpError(429, "TooManyRequests", retry_after="2")) as rule:
        under.proxy.break_connections()
        under.change()
        under.strikes(rule, times=5)
        time.sleep(BURST)
    # each kind asks again no earlier than after 2 s
    under.judge(Bounds(requests=50))


def test_permissions_that_come_and_go(trial: Starter) -> None:
    under = trial()
    for turn in range(3):
        with under.proxy.fault(HttpError(403, "Forbidden"), verbs="get list watch") as rule:
            under.proxy.break_connections()
            if turn == 0:
                under.change()
            under.strikes(rule, times=5)
        time.sleep(0.5)
    under.judge(Bounds())


def test_writes_that_are_forbidden_for_a_while(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(HttpError(403, "Forbidden"), verbs="patch") as rule:
        under.change()
        under.strikes(rule, times=2)
        time.sleep(BURST)
    under.judge(Bounds(attempts=5))


def test_conflicts_on_every_write_for_a_while(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(HttpError(409, "Conflict"), verbs="patch", resources=STATUS) as rule:
        under.change()
        under.strikes(rule, times=2)
        time.sleep(BURST)
    # five in one go, then one go per backoff
    under.judge(Bounds(attempts=25))


def test_writes_that_are_invalid(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(HttpError(422, "Invalid"), verbs="patch", resources=STATUS) as rule:
        under.change()
        under.strikes(rule, times=2)
        time.sleep(BURST)
    under.judge(Bounds(attempts=5))


def test_slow_answers(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(Slow(1.0)) as rule:
        under.proxy.break_connections()
        under.change()
        under.strikes(rule, times=5)
        time.sleep(BURST)
    under.judge(Bounds())


def test_duplicated_events(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(Duplicate(), verbs="watch") as rule:
        under.change()
        under.strikes(rule, times=4)
    under.judge(Bounds())


def test_pods_whose_older_event_comes_last(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(OutOfOrder(), verbs="watch", resources="pods") as rule:
        under.fleet.set_pod("v1", ready=False)
        under.fleet.set_pod("v1", ready=True)
        under.change()
        under.strikes(rule)
    under.judge(Bounds(writes=3, attempts=4))


def test_applications_whose_older_event_comes_last(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(OutOfOrder(), verbs="watch", resources="applications") as rule:
        under.fleet.set_health("v1", "Progressing")
        under.fleet.set_health("v1", "Degraded")
        under.change()
        under.strikes(rule)
    under.judge(Bounds(writes=3, attempts=4))


def test_requests_whose_older_event_comes_last(trial: Starter) -> None:
    under = trial()
    with under.proxy.fault(OutOfOrder(), verbs="watch", resources="vclusterorchestratorv2s") as rule:
        under.change()
        under.fleet.put_foreign("v1", "WorksSucceeded", "first")
        under.fleet.put_foreign("v1", "WorksSucceeded", "second")
        under.strikes(rule)
    # three states of Kratix's, each of which may cost a conflict
    under.judge(Bounds(writes=3, attempts=6))
