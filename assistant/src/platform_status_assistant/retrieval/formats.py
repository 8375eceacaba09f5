"""Formats the results of the catalogue's queries: a header, then a line for each request, the worst first.

A handler accepts any JSON in `data.result`. Invalid samples are counted and reported; unknown values are reported
as unknown, never healthy; texts have no markup, control characters or line breaks.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from platform_status_contract.model.vocabulary import Phase, Reason

from .samples import Sample, read_sample

__all__ = [
    "FORMAT_HANDLERS",
    "MAX_LINES",
    "NO_SERIES",
    "STALE_AFTER",
    "Handler",
    "Line",
    "Result",
    "identity",
    "lines_of",
    "say",
]

Result = object
"""`data.result` of a Prometheus response: normally a list of series, but any JSON is accepted."""

MAX_LINES: Final = 20
STALE_AFTER: Final = timedelta(minutes=5)
NO_SERIES: Final = 'no series: nothing is known, which is not "all is well"'

Identity = tuple[str, str, str]
"""Kind (empty for a vcluster by the plan's metrics), namespace and name, from the labels."""

_MAX_NAME: Final = 100
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9.-]", re.ASCII)
_MARKING: Final = re.compile(r"[^A-Za-z0-9 .,:'/()-]", re.ASCII)
_SEVERITY: Final = (
    Phase.FAILED,
    Phase.DEGRADED,
    Phase.UNKNOWN,
    Phase.PROGRESSING,
    Phase.SCHEDULED,
    Phase.DELETING,
    Phase.READY,
)
_WORST: Final = -1.0
_UNKNOWN_RANK: Final = float(_SEVERITY.index(Phase.UNKNOWN))
_BEST: Final = 100.0


class Handler(Protocol):
    """Formats one result."""

    def __call__(self, label: str, result: Result, /, *, now: datetime | None = None) -> str:
        """Return a block of text that ends with a line feed.

        Args:
            label: The query's label.
            result: Any JSON.
            now: Time from which ages are computed; None for that of the newest sample.
        """
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """The line about one request.

    Attributes:
        identity: The request.
        rank: Its rank; a smaller one is worse.
        word: Its state in a fixed word, for the counts of omitted lines.
        text: The text.
        at: Time of the evaluation.
    """

    identity: Identity
    rank: float
    word: str
    text: str
    at: datetime

    @property
    def subject(self) -> str:
        """``namespace/name``, with the kind if the query has several."""
        kind, namespace, name = (shown(part) for part in self.identity)
        return f"{namespace}/{name}" + (f" ({kind})" if self.identity[0] else "")


def identity(sample: Sample) -> Identity:
    """Return the request of a series.

    A scrape without ``honor_labels`` renames our labels to ``exported_*``; the plain ones are then those of the pod.
    """
    kind, namespace, name = (
        sample.labels.get(f"exported_{label}", sample.labels.get(label, "")) for label in ("kind", "namespace", "name")
    )
    return kind, namespace, name


def shown(name: str) -> str:
    """Return a name with every character that a Kubernetes name cannot hold replaced by a question mark."""
    return _UNSAFE.sub("?", name[:_MAX_NAME]) or "?"


def say(label: str, lines: Sequence[Line], *, left_out: int = 0, now: datetime | None = None) -> str:
    """Return a block with a header and at most 20 lines.

    Args:
        label: Label of the query.
        lines: The lines, in order.
        left_out: Number of series that could not be read.
        now: Time from which ages are computed; None for that of the newest sample.
    """
    newest = now or max((line.at for line in lines), default=None)
    said = [f"**{_MARKING.sub('', label).strip() or '?'}**:"]
    for line in lines[:MAX_LINES]:
        old = newest is not None and newest - line.at > STALE_AFTER
        said.append(f"  - {line.subject}: {line.text}" + (" (an old sample, not to be trusted)" if old else ""))
    if rest := Counter(line.word for line in lines[MAX_LINES:]):
        counts = ", ".join(f"{count} {word}" for word, count in rest.items())
        said.append(f"  - and {rest.total()} more: {counts}")
    if left_out:
        said.append(f"  - {left_out} series could not be read and are left out")
    elif not lines:
        said.append(f"  - {NO_SERIES}")
    return "\n".join(said) + "\n"


def lines_of(kind: str, samples: Iterable[Sample], *, first: Collection[str] = ()) -> list[Line]:
    """Return one line for each request in the samples, the worst first, then by kind, namespace and name.

    Args:
        kind: A key of `FORMAT_HANDLERS`.
        samples: The samples of one query.
        first: Names that precede all others, because they are in the question.
    """
    read = _READERS[kind]
    found: dict[Identity, Line] = {}
    for sample in samples:
        line = read(sample)
        if line is None:
            continue
        other = found.get(line.identity)
        if other is not None and other.text != line.text:
            text = "Unknown, because its series contradict each other"
            line = Line(line.identity, _WORST, "Unknown", text, min(line.at, other.at))
        found[line.identity] = line if other is None or line.at <= other.at or line.rank == _WORST else other
    return sorted(found.values(), key=lambda line: (line.identity[2] not in first, line.rank, line.identity))


def _readiness(sample: Sample) -> Line:
    whose = identity(sample)
    if sample.value == 1:
        return Line(whose, _BEST, "Ready", "Ready", sample.at)
    if sample.value == 0:
        return Line(whose, 0, "Not Ready", "Not Ready", sample.at)
    return _unclear(sample, "neither 0 nor 1")


def _phase(sample: Sample) -> Line | None:
    if sample.value == 0:
        return None  # a phase that the request is not in; the query may not filter these
    word = sample.labels.get("phase", "")
    if sample.value != 1:
        return _unclear(sample, "neither 0 nor 1")
    if word not in _SEVERITY:
        return _unclear(sample, "of no phase of the contract")
    return Line(identity(sample), float(_SEVERITY.index(Phase(word))), word, word, sample.at)


def _pod_ratio(sample: Sample) -> Line:
    whose, ratio = identity(sample), sample.value
    if math.isnan(ratio):  # 0 of 0
        return Line(whose, 0, "without pods", "no pods that count", sample.at)
    if not 0 <= ratio <= 1:
        return _unclear(sample, "no ratio")
    percent = f"{math.floor(ratio * 100)}%" if ratio == 0 or ratio >= 0.01 else "under 1%"  # noqa: PLR2004 - a percent
    word = "all ready" if ratio == 1 else "not all ready"
    return Line(whose, ratio, word, f"{percent} of its pods are ready", sample.at)


def _reason(sample: Sample) -> Line | None:
    if sample.value == 0:
        return None
    word = sample.labels.get("reason", "")
    if sample.value != 1 or word not in set(Reason):
        return _unclear(sample, "no reason of the contract")
    return Line(identity(sample), 0, "with a reason", word, sample.at)


def _unclear(sample: Sample, what: str) -> Line:
    return Line(identity(sample), _UNKNOWN_RANK, "Unknown", f"Unknown, because the value is {what}", sample.at)


_READERS: Final[Mapping[str, Callable[[Sample], Line | None]]] = {
    "platform_ready": _readiness,
    "platform_phase": _phase,
    "platform_pod_ratio": _pod_ratio,
    "platform_reason": _reason,
}


def _handler(kind: str) -> Handler:
    def handle(label: str, result: Result, /, *, now: datetime | None = None) -> str:
        series = result if isinstance(result, list) else [result]
        read = [read_sample(one) for one in series]
        samples = [sample for sample in read if sample is not None]
        return say(label, lines_of(kind, samples), left_out=len(read) - len(samples), now=now)

    return handle


FORMAT_HANDLERS: Final[Mapping[str, Handler]] = {kind: _handler(kind) for kind in _READERS}
"""Format of a query -> its handler."""
