"""Prometheus as a second witness: what it is asked, what is heard, and what is no contradiction."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from hctl.reading.judgement import Judged
from platform_status_assistant.ask.answers.weighing import weigh
from platform_status_assistant.ask.hearing import WINDOW, Ear
from platform_status_assistant.ask.seen import Heard, Said
from platform_status_assistant.retrieval.prometheus import Prometheus
from tests.unit.assistant.retrieval.playing import Asked, Played, playing
from tests.unit.hctl.golden import judged
from tests.unit.hctl.requests import NOW, request


def _query(asked: Asked) -> str:
    return parse_qs(urlsplit(asked.path).query)["query"][0]


def _answering(value: Callable[[str], list[dict[str, Any]]]) -> Callable[[Asked], Played]:
    def part(asked: Asked) -> Played:
        result = [{"metric": one["metric"], "value": [NOW.timestamp(), one["value"]]} for one in value(_query(asked))]
        return Played(json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode())

    return part


def _phase(phase: str) -> dict[str, str]:
    return {"kind": "VClusterOrchestratorV2", "namespace": "vcluster-media", "name": "media", "phase": phase}


def _media() -> Judged:
    return judged(request("Ready"))


def test_the_phase_is_asked_for_this_request_alone_and_how_old_it_is() -> None:
    def value(query: str) -> list[dict[str, Any]]:
        if query.startswith("max(timestamp("):
            return [{"metric": {}, "value": str(NOW.timestamp() - 12)}]
        return [{"metric": _phase("Ready"), "value": "1"}, {"metric": _phase("Degraded"), "value": "0"}]

    with playing(_answering(value)) as stage:
        heard = Ear(Prometheus(stage.url)).listen(_media().view)
    series = 'platform_resource_phase{kind="VClusterOrchestratorV2",namespace="vcluster-media",name="media"}'
    assert [_query(asked) for asked in stage.asked] == [f"{series} == 1", f"max(timestamp({series}))"]
    assert heard.phases_of(_media().view) == ("Ready",)
    assert heard.scraped == NOW - timedelta(seconds=12)


def test_the_last_hours_are_asked_for_when_it_matters() -> None:
    def value(query: str) -> list[dict[str, Any]]:
        if "changes(" in query:
            return [{"metric": {}, "value": "4"}]
        return [{"metric": _phase(phase), "value": "1"} for phase in ("Ready", "Degraded")][
            : 2 if "max_over" in query else 1
        ]

    with playing(_answering(value)) as stage:
        heard = Ear(Prometheus(stage.url)).listen(_media().view, history=True)
    assert (heard.earlier, heard.flips) == (("Degraded", "Ready"), 4)
    assert f"[{WINDOW}]" in heard.earlier_query
    assert 'phase="Ready"' in heard.flips_query


def test_a_name_never_becomes_promql() -> None:
    view = msgspec.structs.replace(_media().view, name='media"} or vector(1) or {a="', namespace="x\\")
    with playing(_answering(lambda _: [])) as stage:
        Ear(Prometheus(stage.url)).listen(view)
    assert 'namespace="x\\\\",name="media\\"} or vector(1) or {a=\\""}' in _query(stage.asked[0])


@pytest.mark.parametrize("status", [401, 500, 200])
def test_a_prometheus_that_refuses_is_a_value_and_no_error(status: int) -> None:
    with playing(lambda _: Played(b"<html>", status=status)) as stage:
        heard = Ear(Prometheus(stage.url)).listen(_media().view)
    assert heard.failure
    assert heard.said == ()
    assert not heard.contradicts(_media())


@pytest.mark.parametrize(
    ("phases", "scraped", "verdict"),
    [
        (("Ready",), 10, "yes"),
        (("Degraded",), 10, "unknown"),
        (("Degraded", "Ready"), 10, "unknown"),
        (("Degraded",), None, "unknown"),
        (("Degraded",), 299, "unknown"),
        (("Degraded",), 301, "yes"),
        ((), None, "yes"),
    ],
)
def test_who_contradicts_a_ready_takes_the_yes_away(phases: tuple[str, ...], scraped: int | None, verdict: str) -> None:
    entry = _media()
    view = entry.view
    said = tuple(Said(view.kind, view.namespace, view.name, phase) for phase in phases)
    moment = None if scraped is None else NOW - timedelta(seconds=scraped)
    assert weigh(entry, Heard("http://p", said=said, scraped=moment)).verdict == verdict


def test_what_is_said_of_others_is_no_contradiction() -> None:
    entry = _media()
    said = (Said(entry.view.kind, "elsewhere", entry.view.name, "Failed"),)
    assert weigh(entry, Heard("http://p", said=said)).verdict == "yes"
