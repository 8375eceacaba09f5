"""Prometheus as a second witness: what it is asked, and what it answers."""

import json
from urllib.parse import parse_qs, urlsplit

from platform_status_assistant.ask.evidence import listen
from platform_status_assistant.retrieval.prometheus import Prometheus
from tests.unit.assistant.retrieval.playing import Asked, Played, playing
from tests.unit.hctl.requests import NOW

_SERIES = {"kind": "VClusterOrchestratorV2", "namespace": "vcluster-media", "name": "media"}


def _vector(*entries: tuple[dict[str, str], str]) -> Played:
    result = [{"metric": metric, "value": [NOW.timestamp(), value]} for metric, value in entries]
    return Played(json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode())


def test_the_phases_are_asked_for_and_how_old_they_are() -> None:
    asked: list[str] = []

    def part(one: Asked) -> Played:
        asked.append(parse_qs(urlsplit(one.path).query)["query"][0])
        if asked[-1].startswith("max("):
            return _vector(({}, str(NOW.timestamp() - 12)))
        return _vector((_SERIES | {"phase": "Ready"}, "1"), (_SERIES | {"phase": "Degraded"}, "1"))

    with playing(part) as stage:
        heard = listen(Prometheus(stage.url))
    assert asked == ["platform_resource_phase == 1", "max(timestamp(platform_resource_phase))"]
    assert heard.phases == {tuple(_SERIES.values()): ("Degraded", "Ready")}
    assert heard.scraped is not None
    assert (NOW - heard.scraped).total_seconds() == 12


def test_no_series_is_no_answer_about_any_request() -> None:
    with playing(lambda _: _vector()) as stage:
        heard = listen(Prometheus(stage.url))
    assert (heard.failure, heard.phases, heard.scraped) == ("", {}, None)


def test_a_time_that_is_none_is_not_known() -> None:
    def part(one: Asked) -> Played:
        return _vector(({}, "1e300")) if "max" in one.path else _vector((_SERIES | {"phase": "Ready"}, "1"))

    with playing(part) as stage:
        heard = listen(Prometheus(stage.url))
    assert heard.phases
    assert heard.scraped is None


def test_a_server_that_fails_is_said_in_one_line() -> None:
    with playing(lambda _: Played(b"boom", 500)) as stage:
        heard = listen(Prometheus(stage.url))
    assert heard.failure
    assert "\n" not in heard.failure
    assert heard.phases == {}
