"""Several workers on one queue: no request twice at once, no wake-up lost, everything due is finished at the end."""

import threading

import pytest

from platform_status_sidecar.clock import SystemClock
from platform_status_sidecar.queue import CoalescingQueue, DueLook
from platform_status_sidecar.workers import LiveThread, Turns, Worker
from tests.unit.sidecar.support import TurnedClock

A, B = ("ns", "a"), ("ns", "b")
Keys = CoalescingQueue[tuple[str, str]]


def test_a_key_that_is_due_while_its_turn_runs_has_the_next_turn_and_not_one_beside_it() -> None:
    queue = Keys(SystemClock())
    entered, go_on = threading.Semaphore(0), threading.Semaphore(0)
    running: list[tuple[str, str]] = []
    most = 0

    def turn(key: tuple[str, str]) -> list[DueLook]:
        nonlocal most
        running.append(key)
        most = max(most, running.count(A))
        entered.release()
        assert go_on.acquire(timeout=10)
        running.remove(key)
        return []

    turns, stop = Turns(queue, turn), threading.Event()
    workers = [Worker(f"w{number}", turns, clock=SystemClock(), stop=stop) for number in range(3)]
    for worker in workers:
        worker.start()
    queue.add(A)
    assert entered.acquire(timeout=10)
    queue.add(A)
    queue.add(B)
    assert entered.acquire(timeout=10)
    assert sorted(running) == [A, B]
    for _ in range(3):
        go_on.release()
    assert entered.acquire(timeout=10)
    stop.set()
    queue.drain()
    for worker in workers:
        worker.join(10)
    assert most == 1
    assert not any(worker.is_alive() for worker in workers)


def test_a_worker_that_is_told_to_stop_finishes_what_is_due_and_leaves_the_rest() -> None:
    clock, stop = TurnedClock(), threading.Event()
    queue = Keys(clock)
    done: list[tuple[str, str]] = []
    queue.add(A)
    queue.add(B, 60)
    stop.set()
    queue.drain()

    def turn(key: tuple[str, str]) -> list[DueLook]:
        done.append(key)
        return [DueLook(clock.monotonic() + 60)]

    Worker("w", Turns(queue, turn), clock=clock, stop=stop).run()
    assert done == [A]
    assert len(queue) == 2, "B, and the next look at A"


def test_a_turn_that_fails_frees_its_key() -> None:
    queue = Keys(TurnedClock())
    done = []

    def turn(key: tuple[str, str]) -> list[DueLook]:
        done.append(key)
        if len(done) == 1:
            raise ZeroDivisionError
        return []

    turns = Turns(queue, turn)
    queue.add(A)
    with pytest.raises(ZeroDivisionError):
        turns.next(0)
    queue.add(A)
    assert turns.next(0)
    assert done == [A, A]


def test_a_thread_is_hung_when_it_is_silent_for_longer_than_it_said() -> None:
    clock = TurnedClock()
    thread = LiveThread("t", clock)
    seen = [thread.is_hung]
    thread.beat(30)
    for seconds in (89, 2):
        clock.advance(seconds)
        seen.append(thread.is_hung)
    thread.beat()
    seen.append(thread.is_hung)
    assert seen == [False, False, True, False]
