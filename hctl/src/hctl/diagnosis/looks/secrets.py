"""Secrets: whether they exist. Only their metadata is ever asked for."""

from hctl.diagnosis.evidence import Fetched, Grade, Look, Rank
from hctl.diagnosis.orders import Orders
from platform_status_contract.model.contract import SecretReference

from .fields import absent, unread

__all__ = ["look_at_secret"]


def look_at_secret(named: SecretReference, found: Fetched, orders: Orders) -> Look:
    """Look whether a Secret exists."""
    where = f"{named.namespace}/{named.name}"
    if unread(found):
        return Look("Secret", Grade.UNREADABLE, Rank.SECRET, f"{where}: {unread(found)}")
    if absent(found):
        command = orders.kubectl("get", "secret", named.name, namespace=named.namespace)
        return Look("Secret", Grade.BAD, Rank.SECRET, f"{where} does not exist", commands=(command,))
    return Look("Secret", Grade.GOOD, Rank.SECRET, f"{where} exists")
