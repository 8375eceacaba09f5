"""The kinds that this source reads, and whom their objects concern."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from platform_status_contract.observing.interest import Topic, about_object, about_place
from platform_status_contract.observing.records import Record
from platform_status_contract.observing.sources import Source
from platform_status_contract.sources.source import ObservedKind

from .controller_record import SLEEPS_LABEL, controller_decoder
from .pod_record import decode_pod

__all__ = ["CONTROLLERS", "POD"]


def _about_pod(record: Record) -> Iterable[Topic]:
    return (about_place((Source.PODS, record.namespace, "")),)


def _about_controller(source: str, record: Record) -> Iterable[Topic]:
    return (about_object(source, record.key),)


def _controller(kind: str, source: Source) -> ObservedKind:
    return ObservedKind(
        source=source,
        api_version="apps/v1",
        kind=kind,
        decode=controller_decoder(kind),
        about=partial(_about_controller, source),
        labels=(SLEEPS_LABEL,),
        page=25,
        streamed=True,
    )


POD: Final = ObservedKind(
    source=Source.PODS, api_version="v1", kind="Pod", decode=decode_pod, about=_about_pod, by_place=True
)

CONTROLLERS: Final[Mapping[str, ObservedKind]] = {
    "StatefulSet": _controller("StatefulSet", Source.STATEFUL_SETS),
    "Deployment": _controller("Deployment", Source.DEPLOYMENTS),
    "DaemonSet": _controller("DaemonSet", Source.DAEMON_SETS),
}
"""The kinds of controller that a contract may name."""
