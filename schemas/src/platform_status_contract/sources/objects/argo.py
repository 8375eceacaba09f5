"""An Argo CD Application as an object: the same evidence as of the request's own one (design.md section 5)."""

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

from .standard import Said, Word

__all__ = ["judge_application"]


def judge_application(seen: ObjectSeen) -> Said:
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
