"""Who tells the metrics and the Events what: worker, reflector, Lease, and the server that hands the text out."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import pytest

from platform_status_contract.observing.sources import Source
from platform_status_kube.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    ThrottledError,
    TransportError,
    UnansweredError,
)
from platform_status_sidecar.counts import Counter, ProcessCounts
from platform_status_sidecar.kinds import api_version
from platform_status_sidecar.metrics.samples import VCLUSTER
from platform_status_sidecar.outcomes import Outcomes
from platform_status_sidecar.serve import ServedPage, StatusServer
from platform_status_sidecar.settings import SidecarSettings
from platform_status_sidecar.watch.lease import LeaseRenewal
from platform_status_sidecar.watch.reflector import cause_of
from tests.unit.sidecar import support
from tests.unit.sidecar.support import MEDIA, ScriptedServer, TurnedClock
from tests.unit.sidecar.test_reconcile import PODS_ONLY, Bench


class Told(Bench):
    """A reconciler whose store marks what arrives."""

    def arrive(self) -> None:
        """A pod becomes ready: its event arrives now."""
        self.observer.woken(MEDIA)
        self.put(Source.PODS, support.pod())


def counted(outcomes: Outcomes) -> dict[str, int]:
    found = {labels[1]: times for labels, times in outcomes.counts.writes.items()}
    return found | {labels[1]: times for labels, times in outcomes.counts.suppressed.items()}


class TestWorker:
    def test_a_write_is_counted_and_so_is_one_that_would_change_nothing(self) -> None:
        bench = Told()
        bench.turn()
        bench.see()
        bench.outcomes.counts.suppressed = Counter()
        bench.queue.add(MEDIA)
        bench.turn()
        assert counted(bench.outcomes) == {"written": 1, "unchanged": 1}

    def test_a_write_that_waits_for_its_turn_is_held_and_its_wait_is_part_of_the_time_to_truth(self) -> None:
        bench = Told()
        bench.turn()
        bench.clock.advance(1)
        bench.arrive()
        assert bench.turn() == []
        assert counted(bench.outcomes)["held"] == 1
        assert len(bench.turn(4)) == 1
        [(kind, timings)] = bench.outcomes.counts.truth.items()
        assert (kind, sum(timings.counts), timings.seconds) == (VCLUSTER, 1, 4.0)

    @pytest.mark.parametrize(
        ("error", "result"),
        [
            (ConflictError("text"), "conflict"),
            (RefusedError("text"), "refused"),
            (ForbiddenError("text"), "refused"),
            (ThrottledError("text", retry_after=None), "failed"),
            (UnansweredError("text"), "failed"),
            (NotFoundError("text"), "gone"),
        ],
    )
    def test_every_failure_of_a_write_has_its_result(self, error: TransportError, result: str) -> None:
        bench = Told()
        bench.cluster.failures = [error]
        bench.turn()
        assert counted(bench.outcomes)[result] == 1

    def test_a_transition_is_announced_after_it_was_written_and_not_before(self) -> None:
        bench = Told()
        bench.turn()
        assert [event.reason for event in bench.sent] == ["NoPods"]
        bench.clock.advance(60)
        bench.arrive()
        bench.cluster.failures = [UnansweredError("text")]
        bench.turn()
        assert len(bench.sent) == 1
        bench.turn(5)
        assert [event.reason for event in bench.sent] == ["NoPods", "AllHealthy"]
        assert bench.sent[-1].regarding.uid == "uid-media"

    def test_another_request_of_the_same_name_is_announced_anew(self) -> None:
        bench = Told()
        bench.turn()
        bench.cluster.item = support.request(support.settled(PODS_ONLY), version=9, uid="uid-2")
        bench.see()
        bench.turn()
        assert [(event.reason, event.regarding.uid) for event in bench.sent] == [
            ("NoPods", "uid-media"),
            ("NoPods", "uid-2"),
        ]

    def test_of_a_request_that_is_gone_nothing_stays(self) -> None:
        bench = Told()
        bench.turn()
        bench.known.remove(Source.REQUESTS, MEDIA)
        bench.outcomes.woken(MEDIA, 1.0)
        bench.queue.add(MEDIA)
        bench.turn()
        assert bench.outcomes.outcomes() == []
        assert bench.outcomes.tallies() == []
        assert bench.outcomes.waiting() == []

    def test_a_storm_is_told_of_while_it_lasts(self) -> None:
        bench = Told()
        for number in range(31):
            bench.put(Source.PODS, support.pod(name=f"p{number}"))
            bench.turn(6)
        assert bench.outcomes.storms() == [MEDIA]
        assert bench.outcomes.counts.storms.items() == [((VCLUSTER,), 1)]
        bench.turn(60)
        bench.turn(800)
        assert bench.outcomes.storms() == []


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ForbiddenError("text"), "forbidden"),
        (NotFoundError("text"), "missing"),
        (ThrottledError("text", retry_after=None), "throttled"),
        (UnansweredError("text"), "broken"),
    ],
)
def test_every_failure_of_a_watch_has_its_cause(error: TransportError, cause: str) -> None:
    assert cause_of(error).value == cause


def test_the_age_of_the_lease_counts_from_its_last_renewal() -> None:
    clock = TurnedClock()
    server = ScriptedServer().will("patch", {}, UnansweredError("text"))
    lease = LeaseRenewal(
        "a/b", identity="pod", transport=server, clock=clock, stop=threading.Event(), healthy=lambda: True
    )
    assert lease.age is None
    lease.renew()
    clock.advance(7)
    lease.renew()
    assert lease.age == 7.0


def test_the_api_version_of_the_requests_comes_from_the_settings() -> None:
    assert api_version(SidecarSettings().resource) == "platform.integratn.tech/v1alpha1"


def test_counts_begin_at_nothing() -> None:
    counts = ProcessCounts()
    assert counts.writes.items() == []
    assert counts.writes.value("a", "b") == 0
    assert counts.truth.items() == []


PARTS = [b"first\n", b"x" * 100_000 + b"\n", b"last\n"]


@contextmanager
def served(parts: Iterator[bytes]) -> Iterator[int]:
    def page() -> ServedPage:
        return ServedPage(HTTPStatus.OK, "text/plain", parts)

    server = StatusServer("127.0.0.1", 0, {"/metrics": page})
    server.start()
    try:
        yield server.port
    finally:
        server.close()
        server.join(10)


class TestStreaming:
    def test_parts_come_as_chunks_and_the_connection_stays(self) -> None:
        with served(iter(PARTS)) as port:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/metrics", headers={"Accept": "text/plain"})
            answer = connection.getresponse()
            assert answer.headers["Transfer-Encoding"] == "chunked"
            assert answer.headers["Content-Type"] == "text/plain"
            assert answer.read() == b"".join(PARTS)
            connection.request("HEAD", "/metrics")
            assert connection.getresponse().read() == b""
            connection.close()

    def test_a_client_of_http_1_0_reads_to_the_end_of_the_connection(self) -> None:
        with served(iter(PARTS)) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(b"GET /metrics HTTP/1.0\r\nAccept: text/plain\r\n\r\n")
            with client.makefile("rb") as stream:
                head, _, body = stream.read().partition(b"\r\n\r\n")
        assert b"chunked" not in head
        assert body == b"".join(PARTS)

    def test_a_client_that_goes_in_the_middle_harms_nobody(self) -> None:
        endless = (b"x" * 100_000 for _ in range(10_000))
        with served(endless) as port:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                assert client.recv(10)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/nowhere")
            assert connection.getresponse().status == HTTPStatus.NOT_FOUND
            connection.close()
