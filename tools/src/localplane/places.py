"""Where the servers of a control plane run: here, or behind a wall such as a network namespace of their own."""

from collections.abc import Sequence
from typing import Protocol

__all__ = ["HERE", "Place"]


class Place(Protocol):
    """Where etcd and the API server run."""

    def inside(self, command: Sequence[str]) -> list[str]:
        """Return the command that starts this one there; it must become it, not start it as a child."""
        ...

    def lead(self, port: int) -> None:
        """Make 127.0.0.1 at that port lead to the API server, before there is one.

        Args:
            port: Where clients here look for it; reserved, see ``runs.ReservedPort``.
        """
        ...


class _Here:
    def inside(self, command: Sequence[str]) -> list[str]:
        return list(command)

    def lead(self, port: int) -> None:
        """Nothing is in between: the API server itself listens at that port."""


HERE: Place = _Here()
"""This machine as it is."""
