"""Computes the samples of each metric from a scrape. Pure; a value that could not be read has no sample, never 0."""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import accumulate
from typing import Final

from platform_status_contract.model.vocabulary import ConditionStatus, Phase, Reason
from platform_status_contract.observing.records import Key
from platform_status_sidecar.counts import (
    BUCKETS,
    TRUTH_BUCKETS,
    Counter,
    EventResult,
    NotificationResult,
    RestartCause,
    Timings,
)
from platform_status_sidecar.outcomes import RequestOutcome

from .scrape import Scrape

__all__ = [
    "UNREADABLE",
    "VCLUSTER",
    "Sample",
    "Samples",
    "build",
    "by_kind",
    "condition",
    "duration",
    "each",
    "each_vcluster",
    "errors",
    "event_age",
    "events",
    "info",
    "kind_alone",
    "lease_age",
    "phase",
    "reason",
    "restarts",
    "storm",
    "truth",
    "unreadable",
    "vcluster_phase",
]

Sample = tuple[str, str, float]
"""Suffix of the name, labels as text, value."""

Samples = Callable[[Scrape], Iterator[Sample]]

VCLUSTER: Final = "VClusterOrchestratorV2"
"""The kind that the plan's metric names are about."""

UNREADABLE: Final = (Reason.FORBIDDEN, Reason.KIND_MISSING, Reason.KIND_TOO_LARGE, Reason.SOURCE_UNREADABLE)
"""Why a kind can be unreadable; each has a sample of its own."""

_SPECIAL: Final = re.compile(r'[\\"\n]')
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def _labels(**values: str) -> str:
    """Word labels; everywhere in the order of their names, as prometheus_client has them."""
    return ",".join([f'{name}="{_escaped(value)}"' for name, value in values.items()])


def _escaped(value: str) -> str:
    # Names of Kubernetes objects never need escaping, and the test is cheaper than the replacement.
    return value.translate(_ESCAPES) if _SPECIAL.search(value) else value


# -- one request


def _identity(key: Key, outcome: RequestOutcome) -> str:
    return f'kind="{_escaped(outcome.kind)}",name="{_escaped(key[1])}",namespace="{_escaped(key[0])}"'


def _plan_identity(key: Key, _outcome: RequestOutcome) -> str:
    return f'name="{_escaped(key[1])}",namespace="{_escaped(key[0])}"'


Ask = Callable[[RequestOutcome], float | None]


def each(ask: Ask) -> Samples:
    """One sample a request, none where the answer is None."""
    return lambda scrape: _answers(ask, scrape.outcomes, _identity)


def each_vcluster(ask: Ask) -> Samples:
    """One sample a request of the plan's kind."""
    return lambda scrape: _answers(ask, _vclusters(scrape), _plan_identity)


def _answers(
    ask: Ask, requests: Iterable[tuple[Key, RequestOutcome]], identity: Callable[[Key, RequestOutcome], str]
) -> Iterator[Sample]:
    for key, outcome in requests:
        answer = ask(outcome)
        if answer is not None:
            yield "", identity(key, outcome), float(answer)


def _vclusters(scrape: Scrape) -> Iterator[tuple[Key, RequestOutcome]]:
    return (item for item in scrape.outcomes if item[1].kind == VCLUSTER)


def phase(scrape: Scrape) -> Iterator[Sample]:
    """Yield one sample per phase of each request."""
    return _phases(scrape.outcomes, _identity)


def vcluster_phase(scrape: Scrape) -> Iterator[Sample]:
    """The plan's own name for it."""
    return _phases(_vclusters(scrape), _plan_identity)


def _phases(
    requests: Iterable[tuple[Key, RequestOutcome]], identity: Callable[[Key, RequestOutcome], str]
) -> Iterator[Sample]:
    for key, outcome in requests:
        start = identity(key, outcome)
        for phase in Phase:
            yield "", f'{start},phase="{phase.value}"', float(phase is outcome.phase)


def condition(scrape: Scrape) -> Iterator[Sample]:
    """Yield one sample per status of each condition that there is."""
    for key, outcome in scrape.outcomes:
        start = _identity(key, outcome)
        for kind, found in outcome.statuses():
            for status in ConditionStatus:
                labels = f'condition="{kind}",{start},status="{status.value}"'
                yield "", labels, float(status is found)


def reason(scrape: Scrape) -> Iterator[Sample]:
    """Yield the one reason of Ready of each request; closed, but 41 series a request would say no more than one."""
    for key, outcome in scrape.outcomes:
        if outcome.reason:
            yield "", f'{_identity(key, outcome)},reason="{_escaped(outcome.reason)}"', 1.0


def info(scrape: Scrape) -> Iterator[Sample]:
    """Yield the names of each request."""
    for key, outcome in scrape.outcomes:
        more = _labels(contract_name=outcome.contract_name, display_name=outcome.display_name)
        yield "_info", f"{more},{_identity(key, outcome)}", 1.0


def storm(scrape: Scrape) -> Iterator[Sample]:
    """Yield the requests whose writes are slowed down."""
    return ((("", _identity(key, outcome), 1.0)) for key, outcome in scrape.storming())


# -- the plan's tallies


def duration(scrape: Scrape) -> Iterator[Sample]:
    """Yield the reconciles of each name, where the requests are of the plan's kind."""
    kinds = scrape.kinds()
    if kinds and VCLUSTER not in kinds:
        return
    for name, tally in scrape.tallies:
        yield from _buckets("name", name, tally.timings, BUCKETS)


def errors(scrape: Scrape) -> Iterator[Sample]:
    """Yield the failed reconciles of each name."""
    return (("_total", _labels(name=name), float(tally.errors)) for name, tally in scrape.tallies)


def _buckets(name: str, value: str, timings: Timings, bounds: tuple[float, ...]) -> Iterator[Sample]:
    labels = _labels(**{name: value})
    for bound, count in zip((*map(repr, bounds), "+Inf"), accumulate(timings.counts), strict=True):
        le = f'le="{bound}"'
        yield "_bucket", f"{labels},{le}" if name < "le" else f"{le},{labels}", float(count)
    yield "_count", labels, float(sum(timings.counts))
    yield "_sum", labels, timings.seconds


# -- the sidecar itself


def by_kind(pick: Callable[[Scrape], Counter], name: str, values: Iterable[StrEnum]) -> Samples:
    """A counter by kind and one closed label: every value is exported from the first scrape on, as `rate` needs."""
    closed = tuple(values)

    def samples(scrape: Scrape) -> Iterator[Sample]:
        counter = pick(scrape)
        for kind in _kinds(scrape, counter):
            for value in closed:
                labels = f'{_labels(kind=kind)},{name}="{value.value}"'
                yield "_total", labels, float(counter.value(kind, value.value))

    return samples


def kind_alone(pick: Callable[[Scrape], Counter]) -> Samples:
    """A counter by kind."""

    def samples(scrape: Scrape) -> Iterator[Sample]:
        counter = pick(scrape)
        for kind in _kinds(scrape, counter):
            yield "_total", _labels(kind=kind), float(counter.value(kind))

    return samples


def _kinds(scrape: Scrape, counter: Counter) -> list[str]:
    return sorted({*scrape.kinds(), *(labels[0] for labels, _ in counter.items())})


def truth(scrape: Scrape) -> Iterator[Sample]:
    """Yield the time to truth of each kind."""
    for kind, timings in scrape.counts.truth.items():
        yield from _buckets("kind", kind, timings, TRUTH_BUCKETS)


def restarts(scrape: Scrape) -> Iterator[Sample]:
    """Yield every cause for each source, from the first scrape on."""
    for seen in scrape.sources:
        for cause in RestartCause:
            labels = _labels(cause=cause.value, source=seen.source)
            yield "_total", labels, float(scrape.counts.restarts.value(seen.source, cause.value))


def event_age(scrape: Scrape) -> Iterator[Sample]:
    """Yield the sources of which an event or a bookmark arrived."""
    return (("", _labels(source=seen.source), seen.age) for seen in scrape.sources if seen.age is not None)


def unreadable(scrape: Scrape) -> Iterator[Sample]:
    """Yield every reason for each source."""
    for seen in scrape.sources:
        for reason in UNREADABLE:
            yield "", _labels(reason=reason.value, source=seen.source), float(reason is seen.failure)


def lease_age(scrape: Scrape) -> Iterator[Sample]:
    """Yield nothing before the first renewal."""
    if scrape.lease_age is not None:
        yield "", _labels(lease=scrape.lease), scrape.lease_age


def events(scrape: Scrape) -> Iterator[Sample]:
    """Yield every result."""
    for result in EventResult:
        yield "_total", _labels(result=result.value), float(scrape.counts.events.value(result.value))


def notifications(scrape: Scrape) -> Iterator[Sample]:
    """Yield every result; all 0 without a receiver."""
    for result in NotificationResult:
        yield "_total", _labels(result=result.value), float(scrape.counts.notifications.value(result.value))


def build(scrape: Scrape) -> Iterator[Sample]:
    """Yield one sample."""
    yield "_info", _labels(version=scrape.version), 1.0
