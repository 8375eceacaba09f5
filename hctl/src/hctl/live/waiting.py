"""Whether what is waited for is there. Pure."""

from hctl.errors import UsageError
from hctl.reading.freshness import State
from hctl.reading.judgement import Judged
from hctl.texts import inert
from platform_status_contract.model.vocabulary import Phase

__all__ = ["parse_phase", "reached", "still_waiting"]


def parse_phase(text: str) -> Phase:
    """Read the value of ``--wait``, in any case of letters.

    Raises:
        UsageError: It is none of the seven.
    """
    for phase in Phase:
        if phase.lower() == text.lower():
            return phase
    raise UsageError(f"--wait {inert(text, 60)}: expected one of {', '.join(Phase)}")


def reached(judged: Judged, wanted: Phase) -> bool:
    """Whether a request is where it is waited for.

    For Ready everything must speak for it: the condition too, of the newest generation, freshly proven. For the other
    phases the status must say so, and somebody must still be keeping it.
    """
    if wanted is Phase.READY:
        return judged.ready
    return judged.view.phase is wanted and judged.freshness.state in (State.FRESH, State.UNREPORTED)


def still_waiting(judged: Judged, wanted: Phase) -> str:
    """Say in one line where a request stands that is not there yet."""
    view = judged.view
    where = f"{view.phase or 'no phase yet'}{', ' + view.ready_reason if view.ready_reason else ''}"
    why = judged.warnings[0] if judged.warnings else view.message
    return f"{view.display_name} {view.namespace}/{view.name} is {where}, waiting for {wanted}" + (
        f": {why}" if why else ""
    )
