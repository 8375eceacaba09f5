"""What a status is worth: ready, not ready, or not to be believed; and the exit code that says so."""

from collections.abc import Iterable

from msgspec import Struct

from hctl.errors import ExitCode
from platform_status_contract.model.vocabulary import Phase

from .freshness import Freshness, State
from .views import RequestView

__all__ = ["Judged", "judge", "worse", "worst"]


class Judged(Struct, frozen=True):
    """A request, judged.

    Attributes:
        view: What its status says.
        freshness: How fresh that is.
        ready: Whether it may be used now: phase and condition say so, of this very generation, freshly proven.
        trusted: Whether the phase is to be believed at all.
        warnings: Sentences to be said before anything else, the weightiest first.
        exit_code: What the command ends with.
    """

    view: RequestView
    freshness: Freshness
    ready: bool
    trusted: bool
    warnings: tuple[str, ...]
    exit_code: ExitCode

    @property
    def problem(self) -> bool:
        """Whether somebody should look at it; what is merely on its way is none."""
        on_its_way = self.view.phase in (Phase.SCHEDULED, Phase.PROGRESSING, Phase.DELETING)
        return not self.ready and not (on_its_way and self.trusted)


def judge(view: RequestView, freshness: Freshness) -> Judged:
    """Judge a request: whatever speaks against Ready wins."""
    claims = view.phase is Phase.READY
    against = _against_ready(view) if claims else ()
    fresh = freshness.state is State.FRESH
    # What nobody has looked at yet, and does not claim to be ready, is simply young.
    trusted = (fresh and not against) or (freshness.state is State.UNREPORTED and not claims)
    ready = claims and fresh and not against
    if freshness.state is State.SILENT or (claims and not against and not fresh):
        code = ExitCode.STALE
    else:
        code = ExitCode.READY if ready else ExitCode.NOT_READY
    quiet = freshness.state is State.UNREPORTED and not claims
    stale = (freshness.warning,) if freshness.warning and not quiet else ()
    return Judged(view, freshness, ready, trusted, (*stale, *against), code)


def worst(judged: Iterable[Judged]) -> ExitCode:
    """Return the exit code for several."""
    return worse(entry.exit_code for entry in judged)


def worse(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the worst of some exit codes: stale before not ready before ready."""
    codes = set(codes)
    return next((code for code in (ExitCode.STALE, ExitCode.NOT_READY) if code in codes), ExitCode.READY)


def _against_ready(view: RequestView) -> tuple[str, ...]:
    """What contradicts a phase that says Ready."""
    said: list[str] = []
    ready = view.condition("Ready")
    if ready is None or ready.status != "True":
        found = ready.status if ready else "absent"
        said.append(f"The phase says Ready, but condition Ready is {found}")
    if view.deleting:
        said.append("The phase says Ready, but the request is being deleted")
    if not view.generation:
        said.append("The phase says Ready, but metadata.generation cannot be read")
    if view.observed_generation is None:
        said.append("The phase says Ready, but no sidecar of this contract wrote it")
    elif view.observed_generation < view.generation:
        said.append(
            f"Ready is said of generation {view.observed_generation}; generation {view.generation} is not looked at yet"
        )
    return tuple(said)
