"""What is known of the cluster right now: slim records, the state of each source, and the indexes between them.

Belongs here: memory and the question "which requests does this object concern?". May not: HTTP, decisions, logs.
One object, `Store`; everything else in here is a part of it, and is seen nowhere else.

Modules: `coverage`, `interests`, `reading`, `shelf`, `signs`, `store`.
"""

from .reading import SecretReading
from .store import Store

__all__ = ["SecretReading", "Store"]
