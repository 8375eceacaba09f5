"""StatefulSets, Deployments and DaemonSets: how many pods there are to be, how many there are, what prevents more."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.lookup import under
from platform_status_contract.observing.decode.envelope import Meta, Reader, reader
from platform_status_contract.observing.decode.lenient import clip, deletion, strings, text
from platform_status_contract.observing.records import Record, number_of
from platform_status_contract.rules.observation import ControllerSeen

__all__ = ["NOT_CREATED", "PAUSED_ANNOTATION", "SLEEPS_LABEL", "ControllerRecord", "controller_decoder"]


class ControllerRecord(Record, frozen=True, gc=False):
    """A StatefulSet, a Deployment or a DaemonSet.

    Attributes:
        seen: What the rules see.
    """

    seen: ControllerSeen


PAUSED_ANNOTATION: Final = "loft.sh/paused"
"""Annotation that vcluster sets to "true" on the controller that it scales down."""

SLEEPS_LABEL: Final = "loft.sh/sleep-mode"
"""Label that vcluster's sleep mode sets to "true" on the controller that it scales down."""

NOT_CREATED: Final = "ReplicaSetCreateError"
"""Why a Deployment makes no progress whose ReplicaSet is refused: tried again, and until then nothing is observed."""

_STUCK: Final = ("ProgressDeadlineExceeded", NOT_CREATED)
_MAX_PODS: Final = 2**31 - 1
"""Kubernetes counts pods in 32 bits."""

_NAMES: Final = re.compile(r'\bpods "[^"]*"')
"""The API server names the pod that it refused, and each try has another name."""


class _Rolling(Struct, rename="camel"):
    partition: int | None = None
    max_unavailable: int | str | None = None


class _Strategy(Struct, rename="camel"):
    type: str = ""
    rolling_update: _Rolling | None = None


class _Spec(Struct, rename="camel"):
    replicas: int | None = None
    paused: bool = False
    update_strategy: _Strategy | None = None


class _Condition(Struct):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""


class _Status(Struct, rename="camel"):
    observed_generation: int = 0
    replicas: int = 0
    ready_replicas: int = 0
    updated_replicas: int = 0
    current_number_scheduled: int = 0
    desired_number_scheduled: int = 0
    number_ready: int = 0
    updated_number_scheduled: int = 0
    conditions: list[_Condition] | None = None


class _Controller(Struct):
    metadata: Meta
    spec: _Spec | None = None
    status: _Status | None = None


_DECODER = msgspec.json.Decoder(_Controller)


def _strict(kind: str, whole: _Controller) -> ControllerRecord:
    meta, status = whole.metadata, whole.status or _Status()
    seen = ControllerSeen(
        kind=kind,
        name=meta.name,
        paused=_is_asleep(meta.annotations or {}, meta.labels or {}),
        deleted=deletion(meta.deletion_timestamp),
    )
    if whole.spec is not None:
        count = _daemons if kind == "DaemonSet" else _replicas
        seen = msgspec.structs.replace(
            count(seen, whole.spec, status),
            current=status.observed_generation >= meta.generation,
            held=whole.spec.paused,
            failure=_failure(status.conditions or []),
        )
    return ControllerRecord(meta.namespace, meta.name, number_of(meta.resource_version), seen)


def _is_asleep(annotations: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return annotations.get(PAUSED_ANNOTATION) == "true" or labels.get(SLEEPS_LABEL) == "true"


def _replicas(seen: ControllerSeen, spec: _Spec, status: _Status) -> ControllerSeen:
    wanted = 1 if spec.replicas is None else min(max(spec.replicas, 0), _MAX_PODS)
    strategy = spec.update_strategy or _Strategy()
    partition = (strategy.rolling_update.partition if strategy.rolling_update else None) or 0
    older = wanted if strategy.type == "OnDelete" else min(max(partition, 0), wanted)
    return msgspec.structs.replace(
        seen,
        wanted=wanted,
        ready=status.ready_replicas,
        updated=status.updated_replicas,
        made=status.replicas,
        older=older,
    )


def _daemons(seen: ControllerSeen, spec: _Spec, status: _Status) -> ControllerSeen:
    wanted = min(max(status.desired_number_scheduled, 0), _MAX_PODS)
    strategy = spec.update_strategy or _Strategy()
    return msgspec.structs.replace(
        seen,
        wanted=wanted,
        ready=status.number_ready,
        updated=status.updated_number_scheduled,
        made=status.current_number_scheduled,
        older=wanted if strategy.type == "OnDelete" else 0,
        spare=_share(strategy.rolling_update.max_unavailable if strategy.rolling_update else None, wanted),
    )


def _share(limit: int | str | None, of: int) -> int:
    """Return maxUnavailable as a number of pods; a percentage is rounded up, as the DaemonSet controller does."""
    if isinstance(limit, int):
        return max(limit, 0)
    percent = (limit or "").removesuffix("%")
    return -(-of * int(percent) // 100) if percent.isascii() and percent.isdecimal() and len(percent) <= 3 else 1  # noqa: PLR2004 - three digits


def _failure(conditions: list[_Condition]) -> str:
    for condition in conditions:
        late = condition.type == "Progressing" and condition.reason in _STUCK
        if (late and condition.status == "False") or (
            condition.type == "ReplicaFailure" and condition.status == "True"
        ):
            # not cut before it is masked: half a credential is none that the mask knows
            return clip(f"{condition.reason}: {_NAMES.sub('pods', condition.message)}")
    return ""


def _lenient(kind: str, whole: object, namespace: str, name: str) -> ControllerRecord:
    """Of a controller that does not fit its shape nothing counts as ready."""
    meta = under(whole, "metadata")
    paused = _is_asleep(strings(under(meta, "annotations")), strings(under(meta, "labels")))
    gone = deletion(under(meta, "deletionTimestamp"))
    seen = ControllerSeen(kind, name, paused=paused, deleted=gone, wanted=1, current=False)
    return ControllerRecord(namespace, name, number_of(text(meta, "resourceVersion")), seen)


def controller_decoder(kind: str) -> Reader[ControllerRecord]:
    """Return the decoder of one kind: JSON of a controller -> its record; None only without a name.

    Args:
        kind: Its kind, which the items of a list do not repeat.
    """
    return reader(_DECODER, partial(_strict, kind), partial(_lenient, kind))
