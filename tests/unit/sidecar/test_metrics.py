"""The exposition: golden, held against prometheus_client and promtool, and nothing of the deleted."""

import os
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client import generate_latest as classic_text
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families as read_classic
from prometheus_client.registry import Collector

from observability.binaries import find
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.status import Condition
from platform_status_contract.model.vocabulary import ConditionStatus, ConditionType, Phase, Reason
from platform_status_contract.observing.records import Key
from platform_status_contract.observing.sources import Source
from platform_status_contract.rules.observation import ContractProblem, Facts, Workflow
from platform_status_contract.rules.projection import Projection
from platform_status_sidecar.metrics import FAMILIES, ProcessMetrics, Scrape, collect, exposition
from platform_status_sidecar.metrics.families import MetricKind
from platform_status_sidecar.metrics.samples import VCLUSTER
from platform_status_sidecar.outcomes import Outcomes, RequestOutcome, outcome_of
from tests.unit.sidecar import metrics_world
from tests.unit.sidecar.metrics_world import BROKEN, HEALTHY, OTHER
from tests.unit.sidecar.support import MEDIA, NOW, contract, watched

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests/golden/exposition"
FILE = GOLDEN / "classic.txt"


def told(scrape: Scrape) -> str:
    return b"".join(exposition(scrape)).decode()


def everything() -> Scrape:
    return metrics_world.scrape(metrics_world.outcomes())


def samples(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Samples by name and labels, as prometheus_client reads them."""
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in read_classic(text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


def test_the_exposition_is_the_golden_one() -> None:
    text = told(everything())
    if os.environ.get("UPDATE_GOLDEN") == "1":
        FILE.write_text(text)
    assert text == FILE.read_text()


class _Read(Collector):
    def __init__(self, text: str) -> None:
        self._families = list(read_classic(text))

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def test_prometheus_client_reads_it_and_writes_the_same_bytes() -> None:
    text = told(everything())
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Read(text))
    # read back, a gauge of the name x_info stays one, and a counter is written with its suffix
    assert classic_text(registry).decode() == text


def promtool() -> str:
    found = find("promtool")
    if found is None:
        pytest.skip("promtool is neither on PATH nor named by PROMTOOL nor cached: make observability-binaries")
    return str(found)


def test_promtool_finds_nothing_but_the_one_name_that_the_plan_prescribes() -> None:
    text = told(everything()).encode() + ProcessMetrics().text()
    done = subprocess.run([promtool(), "check", "metrics"], input=text, capture_output=True, check=False)  # noqa: S603 - named by whoever runs the tests
    complaints = done.stderr.decode().splitlines()
    assert complaints == [
        'platform_vcluster_pods_total non-counter metrics should not have "_total" suffix',
    ], done.stdout


def test_the_names_of_the_plan_speak_of_vclusters_only() -> None:
    for name, rows in samples(told(everything())).items():
        if name.startswith("platform_vcluster_"):
            assert not [labels for labels in rows if ("name", OTHER[1]) in labels], name
    alone = Outcomes()
    alone.conclude(OTHER, RequestOutcome(phase=Phase.READY, kind="Database"))
    alone.count(OTHER, 0.1, failed=False)
    assert "platform_vcluster_reconcile_duration_seconds_count" not in samples(told(metrics_world.scrape(alone)))


@pytest.mark.parametrize("gone", [HEALTHY, BROKEN, OTHER])
def test_a_deleted_request_leaves_no_series(gone: tuple[str, str]) -> None:
    known = metrics_world.outcomes()
    known.woken(gone, 1.0)
    known.forget(gone)
    text = told(metrics_world.scrape(known))
    assert f'name="{gone[1]}"' not in text
    assert text.count("platform_resource_info{") == 2
    assert known.waiting() == []


def test_requests_of_one_name_in_two_namespaces_share_the_series_that_have_no_namespace() -> None:
    known = Outcomes()
    known.count(MEDIA, 0.1, failed=True)
    known.count(("other", "media"), 0.1, failed=True)
    found = samples(told(metrics_world.scrape(known)))
    assert found["platform_status_reconcile_errors_total"] == {(("name", "media"),): 2.0}
    assert found["platform_vcluster_reconcile_duration_seconds_count"] == {(("name", "media"),): 2.0}


def test_a_counter_of_a_closed_set_stands_at_zero_before_it_first_happens() -> None:
    known = Outcomes()
    known.conclude(HEALTHY, RequestOutcome(Phase.READY, kind=VCLUSTER))
    found = samples(told(metrics_world.scrape(known)))
    assert set(found["platform_status_writes_total"].values()) == {0.0}
    assert len(found["platform_status_writes_total"]) == 5
    assert set(found["platform_status_watch_restarts_total"].values()) == {0.0}


def test_a_scrape_of_a_thousand_requests_is_never_in_memory_as_a_whole() -> None:
    known = Outcomes()
    for number in range(1000):
        key = (f"team-{number}", f"cluster-{number}")
        known.conclude(
            key,
            RequestOutcome(Phase.READY, 9, 9, VCLUSTER, "VCluster", key[1], "TTTTTTT", True, True, 3, 3),  # noqa: FBT003 - a row
        )
        known.count(key, 0.1, failed=False)
    scrape = metrics_world.scrape(known)
    size = 0
    tracemalloc.start()
    try:
        for part in exposition(scrape):
            size += len(part)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 6_000_000
    assert peak < 1_000_000


def test_the_process_tells_of_itself() -> None:
    found = samples(b"".join(exposition(everything(), ProcessMetrics().text())).decode())
    assert found["process_resident_memory_bytes"][()] > 1_000_000


class TestCollecting:
    def test_only_kinds_that_are_needed_are_told_of(self) -> None:
        known = watched()
        scrape = self.scrape(known.store)
        assert [seen.source for seen in scrape.sources] == [Source.REQUESTS]
        assert scrape.sources[0].age is None

    def test_a_failure_and_the_age_of_the_last_event_come_from_the_store(self) -> None:
        known = watched()
        known.store.note_alive(Source.REQUESTS, known.clock.now())
        known.store.note_failure(Source.REQUESTS, Reason.FORBIDDEN, "text", known.clock.now())
        known.clock.advance(4)
        [seen] = collect(
            Outcomes(), known.store, version="1", lease="a/b", lease_age=None, now=known.clock.now()
        ).sources
        assert (seen.failure, seen.age) == (Reason.FORBIDDEN, 4.0)

    def test_a_clock_that_was_set_back_makes_no_negative_age(self) -> None:
        known = watched()
        known.clock.advance(60)
        known.store.note_alive(Source.REQUESTS, known.clock.now())
        assert self.scrape(known.store).sources[0].age == 0.0

    def scrape(self, store: object) -> Scrape:
        return collect(Outcomes(), store, version="1", lease="a/b", lease_age=None, now=NOW)  # type: ignore[arg-type]  # a Store


def facts(found: Contract | ContractProblem) -> Facts:
    return Facts("media", "team", VCLUSTER, 1, False, found, Workflow.COMPLETED)  # noqa: FBT003 - not deleting


def projection(health: dict[str, object], *conditions: Condition) -> Projection:
    ready = Condition("Ready", ConditionStatus.TRUE, "2026-02-26T10:00:00Z", "AllHealthy", "text")
    return Projection(Phase.READY, ready, None, health, (ready, *conditions), "3")


class TestOutcome:
    def test_everything_that_the_metrics_tell_is_taken_from_the_projection(self) -> None:
        health: dict[str, object] = {
            "workloads": {"ready": 4, "total": 5},
            "subApps": {"healthy": 1, "total": 2, "unhealthy": ["a"]},
            "objects": {"ready": 0, "total": 1, "unready": ["Database/media"]},
            "argocd": {"syncStatus": "OutOfSync", "healthStatus": "Healthy"},
        }
        pods = Condition("PodsReady", ConditionStatus.UNKNOWN, "2026-02-26T10:00:00Z", "Forbidden", "")
        outcome = outcome_of(projection(health, pods), facts(contract()))
        assert (outcome.kind, outcome.display_name, outcome.contract_name) == (VCLUSTER, "VCluster", "media")
        assert (outcome.pods_ready, outcome.pods_total) == (4, 5)
        assert (outcome.sub_apps_healthy, outcome.sub_apps_total) == (1, 2)
        assert (outcome.objects_ready, outcome.objects_total) == (0, 1)
        assert (outcome.argocd_synced, outcome.argocd_healthy) == (False, True)
        assert outcome.statuses() == [
            (ConditionType.READY, ConditionStatus.TRUE),
            (ConditionType.PODS_READY, ConditionStatus.UNKNOWN),
        ]

    def test_without_numbers_and_without_contract_everything_is_unknown(self) -> None:
        outcome = outcome_of(projection({}), facts(ContractProblem(Reason.NO_CONTRACT, "text")))
        assert outcome == RequestOutcome(Phase.READY, kind=VCLUSTER, conditions="T------", reason="AllHealthy")

    def test_what_argo_cd_does_not_know_is_not_false(self) -> None:
        argocd = {"syncStatus": "Unknown", "healthStatus": "Unknown"}
        outcome = outcome_of(projection({"argocd": argocd}), facts(contract()))
        assert (outcome.argocd_synced, outcome.argocd_healthy) == (None, None)


class TestTimeToTruth:
    def test_it_counts_from_the_first_event_to_the_write(self) -> None:
        known = Outcomes()
        known.woken(MEDIA, 10.0)
        known.woken(MEDIA, 11.0)
        known.begin(MEDIA)
        assert known.end(MEDIA, settled=True) == 10.0
        assert known.end(MEDIA, settled=True) is None

    def test_a_write_that_has_to_wait_counts_its_wait(self) -> None:
        known = Outcomes()
        known.woken(MEDIA, 10.0)
        known.begin(MEDIA)
        assert known.end(MEDIA, settled=False) == 10.0
        known.begin(MEDIA)
        assert known.waiting() == [MEDIA]
        assert known.end(MEDIA, settled=True) == 10.0
        assert known.waiting() == []

    def test_an_event_that_changes_nothing_is_no_measurement(self) -> None:
        known = Outcomes()
        known.woken(MEDIA, 10.0)
        known.begin(MEDIA)
        known.end(MEDIA, settled=True)
        known.begin(MEDIA)
        assert known.end(MEDIA, settled=True) is None

    def test_an_event_that_comes_during_a_turn_belongs_to_the_next_one(self) -> None:
        known = Outcomes()
        known.woken(MEDIA, 10.0)
        known.begin(MEDIA)
        known.woken(MEDIA, 11.0)
        assert known.end(MEDIA, settled=True) == 10.0
        known.begin(MEDIA)
        assert known.end(MEDIA, settled=True) == 11.0

    @pytest.mark.parametrize(
        ("event", "settled", "left"),
        [
            (False, None, []),
            (True, None, [MEDIA]),
            (False, False, [MEDIA]),
            (False, True, []),
        ],
    )
    def test_what_a_turn_leaves_untold_is_known(self, event: bool, settled: bool | None, left: list[Key]) -> None:  # noqa: FBT001 - a row
        known = Outcomes()
        if event:
            known.woken(MEDIA, 10.0)
        known.begin(MEDIA)
        assert known.waiting() == [MEDIA], "a write that hangs is untold, whatever led to it"
        known.end(MEDIA, settled=settled)
        assert known.waiting() == left


class TestFamilies:
    def test_samples_carry_the_labels_that_the_table_names_and_no_message_or_time(self) -> None:
        found = samples(told(everything()))
        for family in FAMILIES:
            names = {family.name + suffix for suffix in (family.suffix, "_bucket")}
            for name in names & found.keys():
                for labels in found[name]:
                    assert {key for key, _ in labels} - {"le"} == set(family.labels), name
            assert not {"message", "reason_text", "time", "timestamp"} & set(family.labels)

    def test_every_family_has_samples_in_the_golden_moment(self) -> None:
        found = samples(told(everything()))
        for family in FAMILIES:
            assert any(name.startswith(family.name) for name in found), family.name

    def test_names_end_in_their_unit_and_help_needs_no_escapes(self) -> None:
        for family in FAMILIES:
            assert family.name.endswith(family.unit)
            assert family.help.isascii()
            assert not set(family.help) & set('"\\\n')
            assert family.kind is not MetricKind.COUNTER or not family.name.endswith("_total")
