"""Why each row of the phase table matched or not, by the requirements of the table (`rules.rows`)."""

from msgspec import Struct

from platform_status_contract.rules.rows import ROWS
from platform_status_contract.rules.table import Table
from platform_status_contract.rules.unobserved import TITLES

__all__ = ["RowVerdict", "walk"]


class RowVerdict(Struct, frozen=True):
    """One row of the table.

    Attributes:
        row: Its number; 2a, 2b or 2c if row 2 matched.
        title: Its title.
        matched: Whether it is the row that matched.
        why: One phrase for each requirement that is not met; empty for the row that matched.
    """

    row: str
    title: str
    matched: bool
    why: tuple[str, ...] = ()


def walk(table: Table | None, matched: str) -> tuple[RowVerdict, ...]:
    """Return the rows of the table down to the one that matched.

    Args:
        table: The input of the rows; None if row 1 or 2 matched, which need no source.
        matched: The row that matched.
    """
    found: list[RowVerdict] = []
    for row, (title, otherwise) in TITLES.items():
        if row == matched.rstrip("abc"):
            return (*found, RowVerdict(matched, title, matched=True))
        found.append(RowVerdict(row, title, matched=False, why=(otherwise,)))
    for entry in ROWS:
        if entry.number == matched or table is None:
            found.append(RowVerdict(matched, entry.title, matched=True))
            break
        found.append(RowVerdict(entry.number, entry.title, matched=False, why=entry.unmet(table)))
    return tuple(found)
