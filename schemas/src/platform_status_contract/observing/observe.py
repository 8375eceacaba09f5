"""View and contract -> Observation: one reading per source, and absent is not unreadable (design.md section 3).

Pure: the objects are read through `View`, nothing is waited for.
"""

from msgspec import Struct

from platform_status_contract.model.contract import Contract
from platform_status_contract.rules.observation import Observation
from platform_status_contract.sources.registry import SOURCES, interest_in

from .records import Key
from .view import View

__all__ = ["NotYet", "observe"]


class NotYet(Struct, frozen=True):
    """Nothing may be projected yet: these kinds have not finished their first reading."""

    waiting_for: tuple[str, ...]


def observe(view: View, request: Key, contract: Contract) -> Observation | NotYet:
    """Read everything that a contract names.

    Args:
        view: The objects, held still by the caller.
        request: Namespace and name of the request.
        contract: Its contract.

    Returns:
        One reading per source that the contract names; or what is still waited for, because half a list is not
        absence.
    """
    interest = interest_in(contract, request)
    states = {source: view.state(source) for source in sorted(interest.sources)}
    waiting = [source for source, state in states.items() if not state.synced and state.failure is None]
    if not waiting:
        # What came into view after its kind was listed is listed on its own.
        places = sorted(place for place in interest.places if not states[place[0]].failure)
        waiting = list(dict.fromkeys(place[0] for place in places if not view.is_known(place)))
    waiting += ["secrets"] if any(view.secret(key) is None for key in interest.secrets) else []
    if waiting:
        return NotYet(tuple(waiting))
    observation = Observation()
    for source in SOURCES:
        observation = source.read(observation, view, contract, request)
    return observation
