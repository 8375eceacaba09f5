"""The kind that this source reads."""

from typing import Final

from platform_status_contract.observing.sources import Source
from platform_status_contract.sources.source import ObservedKind

from .record import decode_secret

__all__ = ["SECRET"]

SECRET: Final = ObservedKind(
    source=Source.SECRETS, api_version="v1", kind="Secret", decode=decode_secret, metadata_only=True, watched=False
)
