"""Watching threads that hang, and what readiness says of a watch that broke."""

import threading

import pytest

from platform_status_contract.model.vocabulary import Reason
from platform_status_contract.observing.sources import Source
from platform_status_sidecar.health import is_informed, liveness, readiness
from platform_status_sidecar.workers import LiveThread
from tests.unit.sidecar import support
from tests.unit.sidecar.support import TurnedClock, watched


def test_a_thread_that_hangs_is_named() -> None:
    clock, stop = TurnedClock(), threading.Event()

    class Hanging(LiveThread):
        def run(self) -> None:
            self.beat()
            stop.wait(20)

    thread = Hanging("watch-pods", clock)
    thread.start()
    try:
        while thread._overdue_at == float("inf"):
            assert thread.is_alive()
        assert liveness([thread]).ok
        clock.advance(61)
        answer = liveness([thread])
    finally:
        stop.set()
        thread.join(10)
    assert not answer.ok
    assert answer.lines == ("watch-pods: hung",)


@pytest.mark.parametrize(
    ("source", "reason", "ready", "informed"),
    [
        (Source.PODS, Reason.SOURCE_UNREADABLE, False, True),
        (Source.PODS, Reason.FORBIDDEN, True, True),
        (Source.REQUESTS, Reason.SOURCE_UNREADABLE, False, False),
    ],
)
def test_a_broken_watch_makes_unready_with_its_reason_but_the_statuses_still_have_to_say_so(
    source: Source, reason: Reason, *, ready: bool, informed: bool
) -> None:
    known = watched()
    known.put(Source.REQUESTS, support.request())
    assert not is_informed(known.store)
    known.sync()
    assert is_informed(known.store)
    known.store.note_failure(source, reason, "why it is so", known.clock.now())
    answer = readiness(known.store)
    assert answer.ok is ready
    assert any(line.startswith(source.value) and "why it is so" in line for line in answer.lines)
    assert is_informed(known.store) is informed
