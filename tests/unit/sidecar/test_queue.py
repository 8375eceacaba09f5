"""The coalescing queue: no lost wake-up, no double work, nobody starves."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from platform_status_sidecar.clock import SystemClock
from platform_status_sidecar.queue import CoalescingQueue
from tests.unit.sidecar.support import TurnedClock

A, B = ("ns", "a"), ("ns", "b")
Keys = CoalescingQueue[tuple[str, str]]


def test_a_key_added_twice_is_taken_once() -> None:
    queue = Keys(TurnedClock())
    queue.add(A)
    queue.add(A)
    assert queue.take(0) == A
    assert queue.take(0) is None


def test_keys_due_at_once_are_taken_in_order_of_arrival() -> None:
    queue = Keys(TurnedClock())
    queue.add(B)
    queue.add(A)
    assert [queue.take(0), queue.take(0)] == [B, A]


def test_a_delayed_key_waits_for_its_time() -> None:
    clock = TurnedClock()
    queue = Keys(clock)
    queue.add(A, 5)
    assert queue.take(0) is None
    clock.advance(5)
    assert queue.take(0) == A


def test_the_earlier_time_wins_whichever_came_first() -> None:
    clock = TurnedClock()
    queue = Keys(clock)
    queue.add(A, 60)
    queue.add(A, 1)
    queue.add(A, 30)
    assert queue.take(0) is None
    clock.advance(1)
    assert queue.take(0) == A
    clock.advance(100)
    assert queue.take(0) is None


def test_a_key_added_while_its_turn_runs_comes_again() -> None:
    queue = Keys(TurnedClock())
    queue.add(A)
    assert queue.take(0) == A
    queue.add(A)
    assert queue.take(0) == A


def test_a_waiting_take_is_woken_by_an_add() -> None:
    queue = Keys(SystemClock())
    taken = []
    thread = threading.Thread(target=lambda: taken.append(queue.take(30)))
    thread.start()
    queue.add(A)
    thread.join(10)
    assert taken == [A]


def test_close_lets_every_waiting_take_go() -> None:
    queue = Keys(SystemClock())
    taken: list[object] = []
    threads = [threading.Thread(target=lambda: taken.append(queue.take())) for _ in range(2)]
    for thread in threads:
        thread.start()
    queue.close()
    for thread in threads:
        thread.join(10)
    assert taken == [None, None]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=40))
def test_every_key_is_taken_exactly_once_at_its_earliest_time(adds: list[tuple[int, int]]) -> None:
    clock = TurnedClock()
    queue = Keys(clock)
    earliest: dict[tuple[str, str], int] = {}
    for number, delay in adds:
        key = ("ns", str(number))
        queue.add(key, delay)
        earliest[key] = min(delay, earliest.get(key, delay))
    taken = {}
    for second in range(10):
        while (key_ := queue.take(0)) is not None:
            assert key_ not in taken
            taken[key_] = second
        clock.advance(1)
    assert taken == earliest
    assert len(queue) == 0


def test_what_changed_is_taken_before_what_only_has_its_turn() -> None:
    queue = Keys(TurnedClock())
    for number in range(3):
        queue.add(("bulk", str(number)), bulk=True)
    queue.add(A)
    assert queue.take(0) == A
    assert queue.take(0) == ("bulk", "0")


def test_a_key_of_the_bulk_that_changes_is_taken_once_and_first() -> None:
    queue = Keys(TurnedClock())
    queue.add(A, bulk=True)
    queue.add(B, bulk=True)
    queue.add(B)
    assert [queue.take(0), queue.take(0), queue.take(0)] == [B, A, None]


def test_a_delayed_key_comes_with_its_own_priority() -> None:
    clock = TurnedClock()
    queue = Keys(clock)
    queue.add(A, 1, bulk=True)
    queue.add(B, 2)
    clock.advance(2)
    assert [queue.take(0), queue.take(0)] == [B, A]


def test_changes_without_end_do_not_starve_the_bulk() -> None:
    queue = Keys(TurnedClock())
    queue.add(A, bulk=True)
    taken = []
    for number in range(40):
        queue.add(("changed", str(number)))
        taken.append(queue.take(0))
    assert A in taken


def test_a_key_that_is_woken_all_the_time_leaves_nothing_behind() -> None:
    clock = TurnedClock()
    queue = Keys(clock)
    for _ in range(2000):
        queue.add(A, 600, bulk=True)
        queue.add(A)
        assert queue.take(0) == A
        clock.advance(0.01)
    assert len(queue._later) < 200


def test_a_drained_queue_gives_out_what_is_due_and_never_waits() -> None:
    queue = Keys(SystemClock())
    queue.add(A)
    queue.add(B, 60)
    queue.drain()
    assert [queue.take(), queue.take()] == [A, None]
