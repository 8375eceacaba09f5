"""The kind that this source reads, and how its Secrets are told apart."""

from typing import Final

from platform_status_contract.model.contract import SecretReference
from platform_status_contract.model.vocabulary import ConditionType
from platform_status_contract.observing.sources import Source
from platform_status_contract.sources.source import ObservedKind

from .record import decode_secret

__all__ = ["SECRET", "entry_of"]

SECRET: Final = ObservedKind(
    source=Source.SECRETS, api_version="v1", kind="Secret", decode=decode_secret, metadata_only=True, watched=False
)


def entry_of(reference: SecretReference) -> str:
    """Return the role of a Secret, as its judgement is told from others; that of the kubeconfig has a fixed name."""
    return "" if reference.condition == ConditionType.KUBECONFIG_AVAILABLE else reference.role
