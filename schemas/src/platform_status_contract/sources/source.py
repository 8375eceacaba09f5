"""The interface of a folder of this package; `registry` lists the folders."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final, Protocol, TypeAlias

from msgspec import Struct

from platform_status_contract.model.contract import Contract, Selector
from platform_status_contract.model.vocabulary import OWNER_ANNOTATION
from platform_status_contract.observing.decode.envelope import Reader
from platform_status_contract.observing.interest import Interest, Topic
from platform_status_contract.observing.records import Key, Record
from platform_status_contract.observing.view import View
from platform_status_contract.rules.assessment import Assessment, Situation
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.observation import Observation
from platform_status_contract.rules.timers import SourceName

__all__ = ["FOREIGN", "Assess", "Basis", "ContractSource", "Fetch", "Json", "ObservedKind", "Sign", "unreadable_kind"]

Json = dict[str, Any]

FOREIGN: Final = f"its annotation {OWNER_ANNOTATION} names another request"
"""The only text about an object that belongs to another request."""

Assess: TypeAlias = Callable[[Observation, Situation, Clock], Assessment | tuple[Assessment, ...] | None]
"""Assesses one source; nothing if the contract does not name it: no condition, and it never blocks Ready."""


def _no_topics(_record: Record) -> tuple[Topic, ...]:
    return ()


class Sign(Struct, frozen=True):
    """The sign of life of a controller in one of its objects; if it hangs, they keep their last, maybe healthy, status.

    Attributes:
        group: The controller, and its part that may hang separately; one object with a recent sign proves that the
            group is alive.
        at: When the controller reconciled the object last; None if it never did.
        asked: Whether a reconcile was requested and is not done.
        counts: Whether the controller reconciles this object at all; False for a paused one.
    """

    group: Topic
    at: datetime | None
    asked: bool
    counts: bool


class ObservedKind(Struct, frozen=True):
    """A kind of object that is read.

    Attributes:
        source: Its identity, which is also its plural unless `plural` is set.
        api_version: Its apiVersion.
        kind: Its kind.
        decode: JSON of an object -> its record; None only without a name.
        about: Whom a change of an object concerns.
        groups: The groups by which an object is found, beside its own name.
        part_of: The object whose observers a change concerns too.
        by_place: Whether only what lies in an observed place is kept: there are many more of them than are observed.
        labels: Labels that the decoder or the rules ask for; a contract's selectors ask for more.
        keep: What a dump keeps beyond what the decoder's shape says: changes the kept object, given the whole one.
        sign: What an object says of the controller that looks after it.
        of_promise: Whether the objects carry the label of their Promise, by which the server may choose them.
        metadata_only: Whether nothing but metadata is ever asked for.
        watched: Whether it is watched; else its objects are asked for one by one.
        page: Objects per list page: large objects come in small pages, for memory.
        streamed: Read it first as a stream from the API server's cache: worth it for large custom resources, which a
            list makes the server decode one by one; for small objects pages cost us less.
        gather: Seconds for which further events are left to gather after one that was waited for. Waking up for an
            event costs several times what the event does, and Argo CD writes its objects all day long.
        plural: Its plural, if `source` is not that.
        namespaced: Whether its objects stand in a namespace.
        reads: What is read of its objects, in words; None if that is the same whatever a contract says.
        missing_interval: Seconds after which the kind is asked for again if it is not there or has too many objects;
            0 for the usual delay.
        watch_selector: Label selector of the objects that are watched; empty for all.
        max_objects: A list in pages of more of them is given up; 0 for no limit.
    """

    source: str
    api_version: str
    kind: str
    decode: Reader[Record]
    about: Callable[[Record], Iterable[Topic]] = _no_topics
    groups: Callable[[Record], Iterable[Topic]] = _no_topics
    part_of: Callable[[Record], tuple[str, Key] | None] | None = None
    by_place: bool = False
    labels: tuple[str, ...] = ()
    keep: Callable[[Json, Json, Contract | None], None] | None = None
    sign: Callable[[Record], Sign | None] | None = None
    of_promise: bool = False
    metadata_only: bool = False
    watched: bool = True
    page: int = 100
    streamed: bool = False
    gather: float = 0.0
    plural: str = ""
    namespaced: bool = True
    reads: frozenset[str] | None = None
    missing_interval: float = 0.0
    watch_selector: str = ""
    max_objects: int = 0

    @property
    def group(self) -> str:
        """Its API group; empty for the core."""
        return self.api_version.rpartition("/")[0]

    def path(self, namespace: str = "") -> str:
        """Return the path of its collection on the API server, of one namespace or of all; names are not escaped."""
        root = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        plural = self.plural or self.source
        return f"{root}/namespaces/{namespace}/{plural}" if namespace else f"{root}/{plural}"


class Basis(Struct, frozen=True):
    """An object behind a verdict, or a whole kind that could not be read.

    Attributes:
        kind: Its kind.
        key: Namespace and name; the name is empty for a whole kind, which is listed only if it cannot be read.
        says: A description of its fields.
        absent: Whether it does not exist.
        culprit: Whether it is, by the rules, one of those that prevent its source from being good.
    """

    kind: ObservedKind
    key: Key
    says: str = ""
    absent: bool = False
    culprit: bool = False


class Fetch(Protocol):
    """Reads objects for a dump; it records unreadable objects and leaves them out of the result."""

    def list(self, kind: ObservedKind, namespace: str, *, labels: str = "", fields: str = "") -> list[Json]:
        """Read the objects of a kind, in one namespace or, if that is empty, in all."""
        ...

    def one(self, kind: ObservedKind, key: Key) -> None:
        """Read one object and keep it; of a kind that every API server has."""
        ...

    def keep(self, found: Iterable[Json]) -> None:
        """Keep objects that were listed."""
        ...


def _no_kinds(_contract: Contract) -> tuple[ObservedKind, ...]:
    return ()


def _no_selectors(_contract: Contract) -> tuple[tuple[str, Selector | None], ...]:
    return ()


class ContractSource(Struct, frozen=True):
    """One source, as the code that iterates over sources needs it.

    Attributes:
        names: The names of its assessments.
        kinds: The kinds of object that it reads.
        interest: Contract and request -> the interest.
        read: Adds its reading to an observation.
        assess: Returns its assessments, in the order in which messages name them.
        describe: Assessment, view, contract, request, clock -> the objects behind the assessment, by name.
        collect: Reads the objects behind its verdict for a dump, from contract and request in the cluster.
        kinds_in: The kinds of object that only a contract names.
        selects: The kinds of which a contract selects objects by label, each with a selector.
    """

    names: tuple[SourceName, ...]
    kinds: tuple[ObservedKind, ...]
    interest: Callable[[Contract, Key], Interest]
    read: Callable[[Observation, View, Contract, Key], Observation]
    assess: Assess
    describe: Callable[[Assessment, View, Contract, Key, Clock], Iterator[Basis]]
    collect: Callable[[Fetch, Contract, Json], None]
    selects: Callable[[Contract], tuple[tuple[str, Selector | None], ...]] = _no_selectors
    kinds_in: Callable[[Contract], tuple[ObservedKind, ...]] = _no_kinds


def unreadable_kind(view: View, kind: ObservedKind, namespace: str) -> Iterator[Basis]:
    """Describe a kind that cannot be read as a whole."""
    if view.state(kind.source).failure is not None:
        yield Basis(kind, (namespace, ""))
