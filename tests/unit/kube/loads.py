"""Settings of a connection that a test changes as it likes."""

from typing import Any

from platform_status_kube.access import Access
from platform_status_kube.errors import AccessError

__all__ = ["Loads"]


class Loads:
    """Counts how often it is asked, sends another token each time, and fails when told to."""

    def __init__(self, **fields: Any) -> None:  # noqa: ANN401 - whatever an Access has
        self.fields = fields
        self.times = 0
        self.port = 1
        self.error: AccessError | None = None

    def __call__(self) -> Access:
        self.times += 1
        if self.error:
            raise self.error
        token = f"Bearer token-{self.times}"
        return Access(f"http://127.0.0.1:{self.port}", authorization=lambda: token, **self.fields)
