"""The verdicts that recorded objects get: before the first Ready, once ready, and after the patience."""

from typing import Final

__all__ = ["FAILED", "GOING", "GOOD", "OPEN", "PAUSED", "SILENT", "SPARED", "WAITS"]

GOOD: Final = ("good ObjectsReady",)
SILENT: Final = ("pending ObjectSilent", "bad ObjectSilent")
WAITS: Final = ("pending ObjectNotReady", "bad ObjectNotReady")
FAILED: Final = ("bad ObjectFailed",)
PAUSED: Final = ("paused Paused",)
GOING: Final = ("bad BeingDeleted",)
OPEN: Final = ("pending ObjectProgressing", "good ObjectsReady", "bad ObjectProgressing")
SPARED: Final = ("pending ObjectNotReady", "good ObjectsReady")
