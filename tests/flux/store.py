"""The state store of the Kratix double as a Git repository, which Flux reads."""

from collections.abc import Mapping
from typing import Any

from kratix_double.works import StateStore
from localgitops.repositories import Repository

__all__ = ["GitStore"]


class GitStore(StateStore):
    """Every write is a commit.

    Args:
        repository: Where to.
    """

    def __init__(self, repository: Repository) -> None:
        super().__init__()
        self._repository = repository
        self._repository.commit({"README.md": "what Kratix wrote"})  # Flux wants a branch

    @property
    def url(self) -> str:
        """Where Flux reads it."""
        return self._repository.url

    def write(self, placement: Mapping[str, Any]) -> str:
        before = self.files
        super().write(placement)
        return self._commit(before)

    def remove(self, placement: Mapping[str, Any]) -> None:
        before = self.files
        super().remove(placement)
        self._commit(before)

    def _commit(self, before: Mapping[str, bytes]) -> str:
        gone = dict.fromkeys(before.keys() - self.files.keys())
        return self._repository.commit({**gone, **{path: content.decode() for path, content in self.files.items()}})
