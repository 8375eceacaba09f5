"""A real Prometheus scrapes the golden exposition: every query of the catalogue answers, and no name breaks out."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.prometheus import Prometheus as Running
from observability.prometheus import running, serving
from platform_status_assistant.retrieval.catalogue import AGES, QUERY_CATALOG
from platform_status_assistant.retrieval.context import LEASES, RECONCILER, gather, render
from platform_status_assistant.retrieval.formats import FORMAT_HANDLERS
from platform_status_assistant.retrieval.prometheus import Prometheus, PrometheusError, QueryFailure, selector
from tests.observability.binaries import binary
from tests.unit.assistant.retrieval.test_selectors import HOSTILE
from tests.unit.rules.settings import quick

ROOT = Path(__file__).resolve().parents[2]
EXPOSITION = ROOT / "tests" / "golden" / "exposition" / "classic.txt"
LIMIT_SECONDS = 60.0
STRANGE = [name for name in HOSTILE if name not in {"", "\x00"}]

QUERIES = [query for queries in QUERY_CATALOG.values() for query in queries]


def exposition() -> bytes:
    """Return the golden exposition, and a series for each hostile name."""
    escaped = (name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for name in STRANGE)
    lines = [f'strange{{name="{name}",number="{number}"}} 1\n' for number, name in enumerate(escaped)]
    return EXPOSITION.read_bytes() + "".join(lines).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with (
        serving(exposition()) as target,
        running(binary("prometheus"), target, [], tmp_path_factory.mktemp("prometheus")) as started,
    ):
        yield started


@pytest.fixture(scope="module")
def prometheus(server: Running) -> Iterator[Prometheus]:
    with Prometheus(f"http://{server.address}") as client:
        deadline = time.monotonic() + LIMIT_SECONDS
        while not client.query("strange").samples:
            assert time.monotonic() < deadline, "nothing was scraped"
            time.sleep(0.2)  # Prometheus tells nobody that it has scraped
        yield client


def unquoted(text: str) -> str:
    """Read a string as Go quotes it, which is how Prometheus writes back what it has parsed."""
    short = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "\\": "\\"}

    def meant(match: re.Match[str]) -> str:
        return short[match[1]] if match[1] in short else chr(int(match[1][1:], 16))

    return re.sub(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)", meant, text, flags=re.DOTALL)


@pytest.mark.parametrize(("label", "query", "kind"), QUERIES, ids=[query[0] for query in QUERIES])
def test_every_query_of_the_catalogue_is_answered_and_said(
    prometheus: Prometheus, label: str, query: str, kind: str
) -> None:
    vector = prometheus.query(query)
    assert vector.warnings == ()
    # The handlers take what Prometheus sends, so it goes back into its form.
    result = [
        {"metric": dict(sample.labels), "value": [sample.at.timestamp(), f"{sample.value:g}"]}
        for sample in vector.samples
    ]
    expected = {
        "VCluster readiness": ["team/lab: Not Ready", "team/media: Ready"],
        "VCluster phase": ["team/lab: Unknown", "team/media: Ready"],
        "VCluster pod health": ["team/media: 100% of its pods are ready"],
        "Phase of other resources": ["data/orders (Database): Scheduled"],
        "Pod health of other resources": ['no series: nothing is known, which is not "all is well"'],
        "Why resources of any kind are not Ready": ["team/lab (VClusterOrchestratorV2): SourceUnreadable"],
    }[label]
    assert FORMAT_HANDLERS[kind](label, result) == "".join([f"**{label}**:\n", *(f"  - {line}\n" for line in expected)])


@pytest.mark.parametrize("query", [*AGES.values(), RECONCILER, LEASES])
def test_every_query_about_freshness_has_an_answer(prometheus: Prometheus, query: str) -> None:
    assert prometheus.query(query).samples


def test_an_age_is_that_of_the_scrape(prometheus: Prometheus) -> None:
    for sample in prometheus.query(AGES["platform_status"]).samples:
        assert 0 <= sample.at.timestamp() - sample.value < LIMIT_SECONDS


def test_what_is_gathered_is_current_and_about_media_first(prometheus: Prometheus) -> None:
    text = render(gather("Is my media vCluster ready?", prometheus, datetime.now(UTC)))
    assert "| Current: " in text
    assert "| **VCluster readiness**:\n|   - team/media: Ready\n|   - team/lab: Not Ready\n" in text


@quick
@given(text=st.text() | st.sampled_from(HOSTILE))
def test_prometheus_itself_reads_every_text_as_it_was_given(server: Running, text: str) -> None:
    parsed = server.get("format_query", query=selector("up", name=text, namespace="team"))
    begin, end = 'up{name="', '",namespace="team"}'
    assert parsed.startswith(begin)
    assert parsed.endswith(end)
    assert unquoted(parsed[len(begin) : -len(end)]) == text


@pytest.mark.parametrize("number", range(len(STRANGE)))
def test_a_hostile_name_selects_its_own_series_and_no_other(prometheus: Prometheus, number: int) -> None:
    found = prometheus.query(selector("strange", name=STRANGE[number])).samples
    assert [sample.labels["number"] for sample in found] == [str(number)]


@pytest.mark.parametrize("name", ['media"} or vector(1) or up{job="', "\x00", "media", "=~", ".*", "x" * 5000])
def test_a_name_that_no_series_has_selects_nothing(prometheus: Prometheus, name: str) -> None:
    assert prometheus.query(selector("strange", name=name)).samples == ()


@pytest.mark.parametrize("query", ["up{", "", "up[5m]", "up + on(job) group_left() up + {}"])
def test_a_bad_query_is_said_to_be_one(prometheus: Prometheus, query: str) -> None:
    with pytest.raises(PrometheusError, match=prometheus.url) as raised:
        prometheus.query(query)
    assert raised.value.failure is QueryFailure.BAD_QUERY


def test_a_path_that_is_not_prometheus_is_said_to_be_none(prometheus: Prometheus) -> None:
    with (
        Prometheus(f"{prometheus.url}/elsewhere") as other,
        pytest.raises(PrometheusError, match="is not a Prometheus") as raised,
    ):
        other.query("up")
    assert raised.value.failure is QueryFailure.NOT_UNDERSTOOD


def test_the_past_can_be_asked_for(prometheus: Prometheus) -> None:
    at = datetime(2020, 1, 1, tzinfo=UTC)
    vector = prometheus.query("time()", at=at)
    assert [(sample.value, sample.at) for sample in vector.samples] == [(at.timestamp(), at)]
    assert prometheus.query("up", at=at).samples == ()
