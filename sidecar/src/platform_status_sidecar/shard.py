"""Sharding: which requests are ours, if several sidecars share the requests of one Promise."""

import re
from hashlib import sha256
from typing import Final

from msgspec import Struct

from .errors import SettingsError

__all__ = ["WHOLE", "Shard"]

_WRITTEN: Final = re.compile(r"^([1-9][0-9]{0,3})/([1-9][0-9]{0,3})\Z")


class Shard(Struct, frozen=True):
    """One of `of` equal parts, by a hash of the uid that is the same in every process and version.

    Attributes:
        number: Which part, from 1.
        of: How many there are.
    """

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Read ``k/n``; empty is the whole.

        Raises:
            SettingsError: If it is something else.
        """
        if not text:
            return cls()
        found = _WRITTEN.match(text)
        number, of = (int(part) for part in found.groups()) if found else (1, 0)
        if number > of:
            raise SettingsError(f"--shard is {text!r}, expected k/n with k from 1 to n, for example 1/3")
        return cls(number, of)

    def owns(self, uid: str) -> bool:
        """Return whether the request with this uid is in this part."""
        if self.of == 1:
            return True
        return int.from_bytes(sha256(uid.encode()).digest()[:8], "big") % self.of == self.number - 1

    @property
    def suffix(self) -> str:
        """The suffix of the name of this part's Lease; empty for the whole."""
        return f"-{self.number}-of-{self.of}" if self.of > 1 else ""


WHOLE: Final = Shard()
"""Every request."""
