"""Reads `.status.contract`: a Contract, or why there is none. Total."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.vocabulary import Reason

from .observation import ContractProblem
from .texts import clean

__all__ = ["MAX_CONTRACT", "TOO_LARGE", "is_too_large", "read_contract"]

MAX_CONTRACT: Final = 32 * 1024
"""Bytes of a contract as compact JSON; the contract of every request is kept in memory."""

TOO_LARGE: Final = f"larger than {MAX_CONTRACT} bytes"
"""Replaces a contract in a status that was too large to keep."""

_TOO_LARGE: Final = ContractProblem(
    Reason.INVALID_CONTRACT,
    f"status.contract: {TOO_LARGE}; shorten its annotations, selectors and lists of values",
)

_UNKNOWN_KEY: Final = "Object contains unknown field"
"""The beginning of msgspec's error for an unknown key."""

_NEWER_VERSION: Final = re.compile(r"v(?!1$)[1-9][0-9]{0,3}", re.ASCII)
"""A version of the contract after v1, the only one that this reader knows."""


def read_contract(status: object) -> Contract | ContractProblem:
    """Read the contract of a status.

    Args:
        status: `.status` as decoded JSON: any value at all.

    Returns:
        The contract; else `NO_CONTRACT` if the key is absent or null, or `INVALID_CONTRACT` with the decoder's error,
        which names the field.
    """
    raw = status.get("contract") if isinstance(status, Mapping) else None
    if raw is None:
        return ContractProblem(Reason.NO_CONTRACT, "status.contract is not there")
    if raw == TOO_LARGE or is_too_large(raw):
        return _TOO_LARGE
    try:
        contract = msgspec.convert(raw, Contract)
    except msgspec.ValidationError as error:
        return _invalid(str(error), raw)
    except UnicodeError:  # raised by msgspec while it formats its error about a lone surrogate
        return ContractProblem(Reason.INVALID_CONTRACT, "status.contract: holds text that is not valid Unicode")
    return contract


# msgspec 0.22 analyses a type at its first conversion, and may crash if two threads do so at once: convert once here.
msgspec.json.Decoder(Contract)


def is_too_large(raw: object) -> bool:
    """Return whether a contract, as decoded JSON, has more than `MAX_CONTRACT` bytes; False if it cannot be encoded."""
    try:
        return len(msgspec.json.encode(raw)) > MAX_CONTRACT
    except (RecursionError, UnicodeError):
        return False  # the decoder reports the error


def _invalid(error: str, raw: object) -> ContractProblem:
    version = raw.get("version") if isinstance(raw, Mapping) else None
    if isinstance(version, str) and _NEWER_VERSION.fullmatch(version):
        # The first error may be about any of its keys, each of which may be right in its own version.
        told = f"version {version} is newer than v1; update the sidecar's image (and hctl)"
    elif error.startswith(_UNKNOWN_KEY):
        hint = "if the pipeline's image is newer than what reads this, update the sidecar's image (and hctl)"
        told = f"{error}; {hint}"
    else:
        return ContractProblem(Reason.INVALID_CONTRACT, clean(f"status.contract: {error}"))
    return ContractProblem(Reason.INVALID_CONTRACT, clean(f"status.contract: {told}"), newer=True)
