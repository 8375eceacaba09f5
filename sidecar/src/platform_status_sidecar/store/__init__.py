"""The informer cache: slim records of cluster objects, the state of each source, and the indexes between them.

Belongs here: memory and the question "which requests does this object concern?". May not: HTTP, decisions, logs.
`Store` is the only public object; the other modules are its parts.

Modules: `reading`, `shelf`, `store`.
"""

from .reading import SecretReading
from .store import Store

__all__ = ["SecretReading", "Store"]
