"""The kind that this source reads, what a contract makes of interest about Secrets, and the reading of them."""

from typing import Final

import msgspec

from platform_status_contract.model.contract import Contract, SecretReference
from platform_status_contract.model.vocabulary import ConditionType
from platform_status_contract.observing.interest import Interest, about_object
from platform_status_contract.observing.records import Key, is_foreign
from platform_status_contract.observing.sources import Source
from platform_status_contract.observing.view import View
from platform_status_contract.rules.observation import Observation, Present, Reading, SecretSeen, Unreadable
from platform_status_contract.sources.source import ObservedKind

from .record import decode_secret

__all__ = ["SECRET", "entry_of", "interest_in_secrets", "read_secrets"]

SECRET: Final = ObservedKind(
    source=Source.SECRETS, api_version="v1", kind="Secret", decode=decode_secret, metadata_only=True, watched=False
)


def entry_of(reference: SecretReference) -> str:
    """Return the role of a Secret, as its judgement is told from others; that of the kubeconfig has a fixed name."""
    return "" if reference.condition == ConditionType.KUBECONFIG_AVAILABLE else reference.role


def interest_in_secrets(contract: Contract, _request: Key) -> Interest:
    """Each Secret, by name."""
    keys = tuple((item.namespace, item.name) for item in contract.secrets or ())
    return Interest(tuple(about_object(SECRET.source, key) for key in keys), secrets=keys)


def read_secrets(observation: Observation, view: View, contract: Contract, request: Key) -> Observation:
    """Take the last reading of each Secret."""
    if not contract.secrets:
        return observation
    found = (view.secret((item.namespace, item.name)) for item in contract.secrets)
    return msgspec.structs.replace(observation, secrets=tuple(_of(each, request) for each in found if each is not None))


def _of(found: Reading[SecretSeen], request: Key) -> Reading[SecretSeen]:
    if isinstance(found, Unreadable):
        return msgspec.structs.replace(found, last=_theirs(found.last, request) or found.last)
    return _theirs(found, request) or found


def _theirs(found: object, request: Key) -> Present[SecretSeen] | None:
    """What is left of a Secret of another request: that it is one; None for any other reading."""
    seen = found.value if isinstance(found, Present) else None
    if not isinstance(seen, SecretSeen) or not is_foreign(seen.owner, request):
        return None
    return Present(SecretSeen(seen.name, foreign=True))
