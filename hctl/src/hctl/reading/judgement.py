"""Judges a status as ready, not ready or not trusted, with the exit code."""

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
        view: The request and its stored status.
        freshness: The freshness of the status.
        ready: Whether phase and condition are Ready, for the present generation, in a fresh status.
        trusted: Whether the phase can be trusted.
        warnings: Sentences that precede everything else, the most important first.
        exit_code: The exit code of the command.
    """

    view: RequestView
    freshness: Freshness
    ready: bool
    trusted: bool
    warnings: tuple[str, ...]
    exit_code: ExitCode

    @property
    def problem(self) -> bool:
        """Whether it needs attention, which a request that is only in progress does not."""
        on_its_way = self.view.phase in (Phase.SCHEDULED, Phase.PROGRESSING, Phase.DELETING)
        return not self.ready and not (on_its_way and self.trusted)


def judge(view: RequestView, freshness: Freshness) -> Judged:
    """Judge a request; any evidence against Ready takes precedence."""
    claims = view.phase is Phase.READY
    against = _against_ready(view) if claims else ()
    fresh = freshness.state is State.FRESH
    # A request that no sidecar has observed, and that does not claim to be Ready, is only new.
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
    """Return the worst exit code of several requests."""
    return worse(entry.exit_code for entry in judged)


def worse(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the worst of some exit codes: stale before not ready before ready."""
    codes = set(codes)
    return next((code for code in (ExitCode.STALE, ExitCode.NOT_READY) if code in codes), ExitCode.READY)


def _against_ready(view: RequestView) -> tuple[str, ...]:
    """Return sentences about what contradicts the phase Ready."""
    said: list[str] = []
    ready = view.condition("Ready")
    if ready is None or ready.status != "True":
        found = ready.status if ready else "absent"
        said.append(f"The phase is Ready, but condition Ready is {found}")
    if view.deleting:
        said.append("The phase is Ready, but the request is being deleted")
    if not view.generation:
        said.append("The phase is Ready, but metadata.generation cannot be read")
    if view.observed_generation is None:
        said.append("The phase is Ready, but no sidecar of this contract wrote it")
    elif view.observed_generation < view.generation:
        said.append(
            f"Ready is about generation {view.observed_generation}; generation {view.generation} is not observed yet"
        )
    return tuple(said)
