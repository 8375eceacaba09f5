"""Which rules judge the objects of an entry: its own `ready`, else our table, else a preset, else the standard.

An Argo CD Application is judged here by the same evidence as the request's own one (design.md section 5).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.objects import ObjectEntry, PausedWhen, ReadyWhen
from platform_status_contract.rules.observation import ApplicationSeen, ObjectSeen
from platform_status_contract.rules.texts import clean
from platform_status_contract.sources.argo.states import (
    FAILED,
    health_word,
    is_empty,
    sync_fails,
    sync_word,
    with_problems,
)

from .builtin import BUILTIN, JOB
from .presets import FLUX, PRESETS
from .standard import (
    GRACE_SECONDS,
    TEXT,
    KindPreset,
    Said,
    Word,
    apart,
    beside,
    judge_by_conditions,
    judge_by_existence,
    judge_by_field,
)

__all__ = ["Rule", "preset_of", "rule_of"]

_APPLICATION: Final = ("argoproj.io", "Application")
_STANDARD: Final = KindPreset("")


class Rule(Struct, frozen=True):
    """How the objects of an entry are judged, and what is read of them for that.

    Attributes:
        judge: One object that is neither paused nor being deleted.
        preset: What tells that one is.
        fields: Paths of fields.
        conditions: Types of conditions.
        leaving: Conditions that say why an object that is being deleted is still there.
        ends: Whether an object that is good has done its work for good: a Job.
        grace: Seconds for which the last verdict counts while there is none.
        paused: What the entry itself says about being paused.
    """

    judge: Callable[[ObjectSeen], Said]
    preset: KindPreset
    fields: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    ends: bool = False
    grace: int = GRACE_SECONDS
    paused: PausedWhen | None = None

    def says(self, seen: ObjectSeen) -> Said:
        """Judge one object."""
        said = apart(seen, self.preset, self.paused) or self.judge(seen)
        if said.word is not Word.DELETED:
            return said
        why = [found.message for name in self.leaving if (found := seen.condition(name)) and found.status == "True"]
        return Said(Word.DELETED, "; ".join([said.text, *why]))


def preset_of(group: str, kind: str) -> KindPreset | None:
    """Return the preset of a kind."""
    for preset in PRESETS:
        fits = any(group == name or (name.startswith(".") and group.endswith(name)) for name in preset.groups)
        if fits and (not preset.kinds or kind in preset.kinds):
            return preset
    return None


def rule_of(entry: ObjectEntry) -> Rule:
    """Choose the rules of an entry."""
    return _rule(entry.group, entry.kind, entry.ready, entry.paused)


@lru_cache(maxsize=256)
def _rule(group: str, kind: str, ready: ReadyWhen, paused: PausedWhen | None) -> Rule:
    known = preset_of(group, kind) or (FLUX if group.endswith(".toolkit.fluxcd.io") else _STANDARD)
    more = (paused.field,) if paused else ()
    pauses = tuple(mark.type for mark in known.pauses)
    if ready.exists:
        return Rule(judge_by_existence, known, (*known.fields, *more), pauses, paused=paused)
    if ready.field is not None:
        judge = judge_by_field(ready.field, ready.values or (), ready.failed or ())
        fields = (*known.fields, *more, ready.field, f"{beside(ready.field)}{TEXT}")
        return Rule(judge, known, fields, pauses, paused=paused)
    builtin = BUILTIN.get((group, kind))
    if ready == ReadyWhen() and (group, kind) == _APPLICATION:
        return Rule(_judge_application, known, more, paused=paused)
    if ready == ReadyWhen() and builtin is not None:
        return Rule(
            builtin.judge,
            known,
            (*known.fields, *builtin.fields, *more),
            (*builtin.conditions, *builtin.leaving),
            builtin.leaving,
            ends=(group, kind) == JOB,
            paused=paused,
        )
    preset = next((item for item in PRESETS if item.name == ready.preset), known)
    if ready.condition is not None:
        preset = msgspec.structs.replace(preset, ready=(ready.condition,), made="", texts=())
    fields = (*preset.fields, *more)
    return Rule(judge_by_conditions(preset), preset, fields, preset.conditions, grace=preset.grace, paused=paused)


def _judge_application(seen: ObjectSeen) -> Said:
    """Healthy and Synced of something is good; a sync that fails is bad, and so is Degraded."""
    return _of_sync(seen.application) if seen.application else Said(Word.UNREADABLE, "cannot be read")


def _of_sync(found: ApplicationSeen) -> Said:
    health = health_word(found)
    if found.skipped or health == "Suspended":
        return Said(Word.PAUSED, "is paused (skip-reconcile)" if found.skipped else "is suspended")
    if sync_fails(found):
        said = clean(found.operation_message or found.problems, 300)
        word = Word.FAILED if found.operation_phase in FAILED else Word.NOT_READY
        return Said(word, f"fails to sync: {said}" if said else "fails to sync")
    if not found.compared_current:
        return Said(Word.BEHIND, "has a source that Argo CD has not compared yet")
    return _of_health(found, health)


def _of_health(found: ApplicationSeen, health: str) -> Said:
    if health in ("Degraded", "Missing", "Progressing"):
        word = Word.FAILED if health == "Degraded" else Word.NOT_READY
        said = clean(found.health_message, 200)
        return Said(word, with_problems(f"is {health}: {said}" if said else f"is {health}", found))
    if not found.sync_status and not found.health_status:
        return Said(Word.SILENT, with_problems("has not been looked at by Argo CD", found))
    if "Unknown" in (sync_word(found), health):
        return Said(Word.CHECKING, with_problems(f"has sync {sync_word(found)} and health {health}", found))
    if is_empty(found):
        return Said(Word.NOT_READY, "holds no resource")
    return Said(Word.READY, "is Healthy", note="is out of sync" if sync_word(found) == "OutOfSync" else "")
