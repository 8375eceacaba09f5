"""Kubernetes quantities, as far as the CRD allows them: compared, never calculated with."""

import re
from decimal import Decimal

__all__ = ["amount"]

_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_UNITS = {
    None: Decimal(1),
    "m": Decimal("0.001"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
}


def amount(quantity: int | str) -> Decimal | None:
    """Read a quantity.

    Args:
        quantity: For example ``500m``, ``2``, ``1.5Gi``.

    Returns:
        The number of units (cores, bytes), None if it is not a quantity.
    """
    match = _QUANTITY.fullmatch(str(quantity))
    return Decimal(match[1]) * _UNITS[match[2]] if match else None
