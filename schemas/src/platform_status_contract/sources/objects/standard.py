"""The verdict of one object from its conditions: the standard rules, and the changes of a preset.

No clock in here: the rules use the present state, not its duration. The order is deletion, paused, Stalled, Ready;
Reconciling is ignored, with Ready or alone. Only positive evidence is good: an object without conditions is silent.
"""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Final

import msgspec
from msgspec import Struct

from platform_status_contract.model.objects import PausedWhen, Scalar
from platform_status_contract.rules.assessment import being_deleted
from platform_status_contract.rules.observation import ConditionSeen, FieldValue, ObjectSeen
from platform_status_contract.rules.texts import clean

__all__ = [
    "GRACE_SECONDS",
    "ODD",
    "TEXT",
    "KindPreset",
    "Mark",
    "Said",
    "Word",
    "apart",
    "behind",
    "beside",
    "equal",
    "is_behind",
    "judge_by_conditions",
    "judge_by_existence",
    "judge_by_field",
    "only_tells",
    "quoted",
    "shown",
    "silent",
    "texts",
    "told",
]

GRACE_SECONDS = 60
"""Seconds for which the last verdict counts while there is no present one."""


ODD: Final = "is no text, number or boolean"
"""What is wrong with the value of a field that has another type."""


TEXT: Final = " as text"
"""Ends the path of a text that is quoted and never compared: no path of a contract holds a space."""


class Word(Enum):
    """The state of an object, independent of the request's situation."""

    READY = "ready"
    NOT_READY = "not ready: before the first Ready it may still become so"
    YOUNG = "likewise, but for no longer than the progress deadline"
    CHECKING = "its controller is looking: the last verdict counts for a while"
    BEHIND = "its controller has not looked at the present generation: likewise"
    SILENT = "nothing that could be a verdict"
    PAUSED = "paused"
    FAILED = "failed"
    DELETED = "being deleted"
    UNREADABLE = "it cannot be read"


class Said(Struct, frozen=True):
    """The verdict of one object.

    Attributes:
        word: Its state.
        text: The text that follows its kind and name in a message; no time.
        note: A remark for the message in phase Ready, although it does not prevent Ready.
        patient: Whether an update runs that may take until the progress deadline.
        since: Since when it has had no verdict, if the object records that.
        share: Its share of ready pods, if that may be enough for a request that was Ready; else None.
    """

    word: Word
    text: str
    note: str = ""
    patient: bool = False
    since: datetime | None = None
    share: float | None = None


class Mark(Struct, frozen=True):
    """A condition that marks a failure, or a pause.

    Attributes:
        type: Its type.
        status: Its status then.
        reasons: Its reasons then; none: any.
        outranks: Whether a failure takes precedence over Ready.
    """

    type: str
    status: str
    reasons: tuple[str, ...] = ()
    outranks: bool = False

    def found_in(self, seen: ObjectSeen) -> ConditionSeen | None:
        """The condition, if the object has it so."""
        found = seen.condition_of(self.type, self.status)
        return found if found is not None and (not self.reasons or found.reason in self.reasons) else None


class KindPreset(Struct, frozen=True):
    """The rules for a kind; the defaults are the standard rules.

    Attributes:
        name: Its name.
        groups: API groups; one that begins with a dot is the end of a group.
        kinds: Kinds; none: all of the groups.
        ready: Types of the condition to read as Ready; of several that an object has the worst one counts.
        failures: Further conditions that mark a failure.
        waiting: Reasons of a ready condition that is False while the object waits for another.
        young: Reasons that say the same at first, and a failure later.
        fails: Whether any other reason is a failure, and not only not ready yet.
        passing: Reasons of one that is False because its controller has begun anew, which is no verdict.
        checking: What its controller does while Ready is Unknown; empty: what the condition itself tells.
        updating: Likewise while an update runs.
        grace: Seconds for which the last verdict counts while there is none.
        paused: How to tell that somebody has paused an object.
        paused_by: Annotations that tell it, with their values; an empty one stands for any.
        pauses: Conditions that tell it.
        healthy: The condition that tells of the health of what the object stands for.
        applied: What to say where that condition does not: what was looked at.
        made: The field that lists what an object has made; without anything there is nothing to be ready.
        revisions: Pairs of fields that differ while an update runs; one pair is enough.
        cause: The condition that says what failed where Ready tells only what was done about it.
        remedies: Reasons of Ready that tell that.
        texts: Texts that say why an object is not ready, where Ready does not.
        rolling: The condition that is True while an update runs.
        observed: The field that says which generation its status is about, where conditions do not.
        dated: The condition that says it, where the ready one does not.
        is_request: Whether it has a contract of its own, which may observe this request in turn.
    """

    name: str
    groups: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    ready: tuple[str, ...] = ("Ready",)
    failures: tuple[Mark, ...] = ()
    waiting: tuple[str, ...] = ()
    young: tuple[str, ...] = ()
    fails: bool = False
    passing: tuple[str, ...] = ()
    checking: str = ""
    updating: str = "is being updated"
    grace: int = GRACE_SECONDS
    paused: tuple[PausedWhen, ...] = ()
    paused_by: tuple[tuple[str, str], ...] = ()
    pauses: tuple[Mark, ...] = ()
    healthy: str = ""
    applied: str = ""
    made: str = ""
    revisions: tuple[tuple[str, str], ...] = ()
    cause: str = ""
    remedies: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    rolling: str = ""
    observed: str = ""
    dated: str = ""
    is_request: bool = False

    @property
    def conditions(self) -> tuple[str, ...]:
        """Types of the conditions that it reads."""
        marks = (*self.failures, *self.pauses)
        named = {"Stalled", self.healthy, self.rolling, self.dated, self.cause, *(mark.type for mark in marks)}
        refused = {_REFUSED} if "Ready" in self.ready else set()
        return tuple(sorted((named | refused | set(self.ready)) - {""}))

    @property
    def fields(self) -> tuple[str, ...]:
        """Paths of the fields that it reads."""
        named = {self.observed, self.made, *(item.field for item in self.paused)}
        named |= {path for pair in self.revisions for path in pair} | {f"{path}{TEXT}" for path in self.texts}
        return tuple(sorted(named - {""}))


_STALLED = Mark("Stalled", "True", outranks=True)
_REFUSED: Final = "NotReady"
"""What some operators write in the place of Ready, while it is not: Strimzi."""


def only_tells(word: str) -> bool:
    """Whether a field or a condition only says why an object is not good: without it a message says less."""
    return word.endswith(TEXT) or word == _REFUSED


def equal(one: Scalar | None, other: Scalar | None) -> bool:
    """Whether two JSON values are equal: true is not 1."""
    return type(one) is type(other) and one == other


def apart(seen: ObjectSeen, preset: KindPreset, paused: PausedWhen | None) -> Said | None:
    """The verdict of the checks that precede an object's conditions; None if none applies."""
    if seen.deleted is not None:
        return Said(Word.DELETED, being_deleted("", seen.deleted).strip())
    if seen.problem:
        return Said(Word.UNREADABLE, f"cannot be read: {seen.problem}")
    marks = (*preset.paused, *([paused] if paused else []))
    for mark in marks:
        if equal(seen.field(mark.field), mark.equals):
            return Said(Word.PAUSED, f"is paused ({mark.field})")
    for key, value in preset.paused_by:
        found = seen.annotation(key)
        if found is not None and value in ("", found):
            return Said(Word.PAUSED, f"is paused (annotation {key})")
    for pause in preset.pauses:
        if pause.found_in(seen):
            return Said(Word.PAUSED, f"is paused (condition {pause.type})")
    return None


def is_behind(seen: ObjectSeen, told: FieldValue | None) -> bool:
    """Whether a statement is about an older generation than the present one; -1 is older than any.

    Args:
        seen: The object.
        told: The generation that it is about: a condition's own one, the object's only if it has none.
    """
    return type(told) is int and told < max(seen.generation, 0)


def judge_by_existence(_: ObjectSeen) -> Said:
    """An object that only has to exist."""
    return Said(Word.READY, "exists")


def judge_by_field(path: str, good: tuple[Scalar, ...], failed: tuple[Scalar, ...]) -> Callable[[ObjectSeen], Said]:
    """The verdict of an object from a field; the message beside it says why it is not good."""

    def judge(seen: ObjectSeen) -> Said:
        value = seen.field(path)
        if value is None:
            odd = Said(Word.UNREADABLE, f"cannot be read: {path} {ODD}")
            return odd if seen.is_odd(path) else Said(Word.SILENT, f"has no {path}")
        if is_behind(seen, seen.observed):
            return Said(Word.BEHIND, behind(seen))
        text = f"has {path} {shown(value)}"
        if any(equal(value, item) for item in good):
            return Said(Word.READY, text)
        word = Word.FAILED if any(equal(value, item) for item in failed) else Word.NOT_READY
        return Said(word, told(text, seen, beside(path)))

    return judge


def beside(path: str) -> str:
    """Return the path of the message that stands beside a field."""
    return f"{path.rpartition('.')[0]}.message"


def texts(seen: ObjectSeen, *paths: str) -> str:
    """Return what an object itself says, in fields that are read as texts; empty if nothing."""
    said = (seen.field(f"{path}{TEXT}") for path in paths)
    return ": ".join(clean(item, 300) for item in said if isinstance(item, str) and item)


def told(text: str, seen: ObjectSeen, *paths: str) -> str:
    """Add to a text what an object itself says."""
    return ": ".join(filter(None, (text, texts(seen, *paths))))


def shown(value: Scalar) -> str:
    """Return a value as a message has it: of a text that cannot be shown as it stands there, its characters."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return clean(text if clean(text) == text else ascii(text), 64)


def behind(seen: ObjectSeen) -> str:
    """Say that a status is about an older generation than the present one."""
    return f"has a generation {seen.generation} that its controller has not looked at"


def judge_by_conditions(preset: KindPreset) -> Callable[[ObjectSeen], Said]:
    """An object with conditions, by the standard rules as its preset changes them."""

    def judge(seen: ObjectSeen) -> Said:
        if not seen.speaks:
            return silent(seen)
        observed = seen.field(preset.observed) if preset.observed else seen.observed
        if preset.observed and type(observed) is not int:
            return Said(Word.SILENT, f"has no {preset.observed}")
        # Which type is the summary depends on the version: a good word beside a bad one may be about less.
        every = [found for name in preset.ready if (found := seen.condition(name)) is not None]
        ready = min(every, key=_goodness, default=None)
        is_ready = ready is not None and ready.status == "True"
        for mark in (_STALLED, *preset.failures):
            failed = _failed(seen, mark, is_ready=is_ready)
            if failed is not None:
                return Said(Word.FAILED, _why(seen, _fuller(failed, ready), preset))
        refused = seen.condition_of(_REFUSED, "True") if "Ready" in preset.ready else None
        decides = ready or refused
        if decides is None:
            return Said(Word.SILENT, f"has no condition {preset.ready[0]}")
        dated = [found.generation for found in (decides, seen.condition(preset.dated)) if found is not None]
        if is_behind(seen, next((told for told in dated if told is not None), observed)):
            return Said(Word.BEHIND, behind(seen))
        return _by_ready(seen, ready, preset) if ready else Said(Word.NOT_READY, quoted(decides))

    return judge


def _goodness(found: ConditionSeen) -> int:
    """Rank a ready condition: a bad word, none, a good one."""
    return {"True": 2, "Unknown": 1, "": 1}.get(found.status, 0)


def silent(seen: ObjectSeen) -> Said:
    """What an object without conditions is; its operator may never write any, and something else all the same."""
    hint = "has a status without conditions: the contract should name a field of it (ready: {field: ...})"
    return Said(Word.SILENT, hint if seen.written else "has no conditions yet")


def _about(seen: ObjectSeen, found: ConditionSeen) -> int | None:
    return seen.observed if found.generation is None else found.generation


def _failed(seen: ObjectSeen, mark: Mark, *, is_ready: bool) -> ConditionSeen | None:
    """The condition of a mark, if it shows a failure of the present generation."""
    found = mark.found_in(seen)
    if found is None or is_behind(seen, _about(seen, found)):
        return None
    return found if mark.outranks or not is_ready else None


def _fuller(found: ConditionSeen, ready: ConditionSeen | None) -> ConditionSeen:
    """The text of a stalled object: Stalled means that retries have ended, Ready has the cause."""
    return ready if found.type == "Stalled" and ready is not None and ready.status == "False" else found


def _by_ready(seen: ObjectSeen, ready: ConditionSeen, preset: KindPreset) -> Said:
    rolling = seen.condition_of(preset.rolling, "True") if preset.rolling else None
    if ready.status == "True" and rolling is not None:
        return Said(Word.CHECKING, "is being rolled out", patient=True, since=rolling.since)
    if ready.status == "True" and preset.made and not seen.field(preset.made):
        return Said(Word.NOT_READY, f"is ready with nothing in {preset.made}")
    if ready.status == "True":
        return Said(Word.READY, _good(seen, preset))
    if (
        ready.status not in ("", "Unknown") and ready.reason not in preset.passing
    ):  # some operators have words of their own: Prometheus is Degraded
        word = Word.FAILED if preset.fails else Word.NOT_READY
        word = Word.NOT_READY if ready.reason in preset.waiting else word
        word = Word.YOUNG if ready.reason in preset.young else word
        return Said(word, _why(seen, ready, preset))
    pairs = [(seen.field(one), seen.field(other)) for one, other in preset.revisions]
    updating = any(None not in pair and not equal(*pair) for pair in pairs)
    text = (preset.updating if updating else preset.checking) or quoted(ready)
    return Said(Word.CHECKING, text, patient=updating, since=ready.since)


def _why(seen: ObjectSeen, found: ConditionSeen, preset: KindPreset) -> str:
    """Quote what says why an object is not ready, and of a failure that was made up for what had failed."""
    said = texts(seen, *preset.texts)
    text = quoted(msgspec.structs.replace(found, message=said) if said else found)
    cause = seen.condition_of(preset.cause, "False") if found.reason in preset.remedies else None
    if cause is None or is_behind(seen, _about(seen, cause)):
        return text
    return f"{quoted(cause)}; then {text.removeprefix('reports ')}"


def _good(seen: ObjectSeen, preset: KindPreset) -> str:
    """Describe what was checked, since an applied object need not be healthy."""
    health = seen.condition(preset.healthy) if preset.healthy else None
    if not preset.applied or (health and health.status == "True" and not is_behind(seen, _about(seen, health))):
        return "is ready"
    return preset.applied


def quoted(found: ConditionSeen) -> str:
    """Quote a condition: its reason and message, else its status."""
    what = clean(found.reason, 64) or f"{found.type} {shown(found.status) or 'without status'}"
    said = clean(found.message, 300)
    return f"reports {what}: {said}" if said else f"reports {what}"
