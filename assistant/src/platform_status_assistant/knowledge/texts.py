"""Loads the contract's reference and the runbooks from the installed package."""

import functools
from importlib.resources import files

import msgspec

__all__ = ["Knowledge", "knowledge"]


class Knowledge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Texts in Markdown.

    Attributes:
        contract: The reference of the contract, version 1.
        reasons: The runbook of each reason.
        alerts: The runbook of each alert.
    """

    contract: str
    reasons: dict[str, str]
    alerts: dict[str, str]


@functools.cache
def knowledge() -> Knowledge:
    """Return the texts; they are read once."""
    return msgspec.json.decode(files(__package__).joinpath("texts.json").read_bytes(), type=Knowledge)
