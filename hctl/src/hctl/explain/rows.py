"""Why each row of the phase table matched, or did not, as the table itself says it (`rules.rows`)."""

from msgspec import Struct

from platform_status_contract.rules.rows import ROWS
from platform_status_contract.rules.table import Table
from platform_status_contract.rules.unobserved import TITLES

__all__ = ["RowVerdict", "walk"]


class RowVerdict(Struct, frozen=True):
    """One row of the table.

    Attributes:
        row: Its number; 2a, 2b or 2c where row 2 matched.
        title: What it is about.
        matched: Whether it is the one that decided.
        why: Why not, one phrase a requirement that is not met; empty for the one that matched.
    """

    row: str
    title: str
    matched: bool
    why: tuple[str, ...] = ()


def walk(table: Table | None, matched: str) -> tuple[RowVerdict, ...]:
    """Go down the table to the row that matched.

    Args:
        table: What the rows look at; None if rows 1 or 2 decided without looking.
        matched: The row that the rules chose.
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
