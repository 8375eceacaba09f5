"""View and contract -> Observation: one reading per source, and absent is not unreadable (design.md section 3).

Pure: the objects are read through `View`, without waiting.
"""

from msgspec import Struct

from platform_status_contract.model.contract import Contract
from platform_status_contract.rules.observation import Observation
from platform_status_contract.sources.registry import SOURCES, interest_in

from .records import Key
from .view import View

__all__ = ["NotYet", "observe"]


class NotYet(Struct, frozen=True):
    """The first lists of these kinds are not complete, so nothing may be projected yet."""

    waiting_for: tuple[str, ...]


def observe(view: View, request: Key, contract: Contract) -> Observation | NotYet:
    """Read everything that a contract names.

    Args:
        view: The objects; the caller holds the lock.
        request: Namespace and name of the request.
        contract: Its contract.

    Returns:
        One reading per source that the contract names; or the kinds whose first list is not complete, because an
        incomplete list does not prove absence.
    """
    interest = interest_in(contract, request)
    states = {source: view.state(source) for source in interest.sources}
    waiting = [source for source, state in states.items() if not state.synced and state.failure is None]
    if not waiting:
        # A place that is newly observed after the list of its kind is listed separately.
        places = [place for place in interest.places if not states[place[0]].failure]
        waiting = list(dict.fromkeys(place[0] for place in places if not view.is_known(place)))
    waiting += ["secrets"] if any(view.secret(key) is None for key in interest.secrets) else []
    if waiting:
        return NotYet(tuple(waiting))
    observation = Observation()
    for source in SOURCES:
        observation = source.read(observation, view, contract, request)
    return observation
