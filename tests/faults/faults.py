"""What can go wrong between the sidecar and the API server, one class each.

A fault sees a request before it is forwarded (`before`), and each line of a watch before it is relayed (`relay`).
It keeps its state in the stream's own dict, so one fault may break many streams.
"""

import asyncio
import json
import threading
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from .wire import Request

__all__ = [
    "CutMidLine",
    "Duplicate",
    "ErrorEvent",
    "Fault",
    "HalfLine",
    "Held",
    "HttpError",
    "Move",
    "OutOfOrder",
    "Piece",
    "Reply",
    "Silent",
    "Slow",
    "Stale",
    "WrongDate",
]


class Move(Enum):
    """What the proxy does instead of sending bytes.

    END ends the answer in order, RESET breaks the TCP connection off, HUSH says nothing more for as long as the client
    waits.
    """

    END = "end"
    RESET = "reset"
    HUSH = "hush"


Piece: TypeAlias = bytes | Move


@dataclass(frozen=True)
class Reply:
    """An answer that the API server never gave.

    Attributes:
        status: HTTP status.
        body: JSON.
        retry_after: The Retry-After header, empty for none.
    """

    status: int
    body: bytes
    retry_after: str = ""


class Fault:
    """Does nothing; the base of all faults.

    Attributes:
        delay: Seconds before each answer, and before each line of a watch.
        skew: Seconds by which the API server's clock is wrong, as the Date of its answers says it.
    """

    delay: float = 0.0
    skew: float = 0.0

    async def pause(self) -> None:
        """Pass the delay before a request is answered."""
        await asyncio.sleep(self.delay)

    def before(self, request: Request) -> Reply | Move | None:
        """Answer in the API server's place, or None to let it answer."""
        del request
        return None

    def opening(self) -> list[Piece] | None:
        """Say something on a watch before its first line; None is to say nothing."""
        return None

    def relay(self, line: bytes, state: dict[str, bytes]) -> list[Piece] | None:
        """Replace a line of a watch; None leaves it alone.

        Args:
            line: One event, with its newline.
            state: What this stream remembers.
        """
        del line, state
        return None


@dataclass
class HttpError(Fault):
    """Answers with an HTTP status of 400 or more."""

    status: int
    reason: str = "Fault"
    retry_after: str = ""

    def before(self, request: Request) -> Reply:
        """Answer with the error."""
        return Reply(self.status, _status(self.status, self.reason, request.path), self.retry_after)


@dataclass
class WrongDate(Fault):
    """Lets the API server's own clock be wrong by so many seconds."""

    skew: float


@dataclass
class Silent(Fault):
    """Accepts a request and says nothing; a watch goes silent for good, even after the fault has ended."""

    def before(self, request: Request) -> Move | None:
        """Say nothing, save for a watch, which is opened first."""
        return None if request.verb == "watch" else Move.HUSH

    def opening(self) -> list[Piece]:
        """Say nothing."""
        return [Move.HUSH]

    def relay(self, line: bytes, state: dict[str, bytes]) -> list[Piece]:
        """Say nothing."""
        del line, state
        return [Move.HUSH]


@dataclass
class CutMidLine(Fault):
    """Breaks the connection off in the middle of an event."""

    def relay(self, line: bytes, state: dict[str, bytes]) -> list[Piece]:
        """Send half of it."""
        del state
        return [line[: len(line) // 2], Move.RESET]


@dataclass
class HalfLine(Fault):
    """Sends half an event as if it were a whole one, and ends the watch in order."""

    def relay(self, line: bytes, state: dict[str, bytes]) -> list[Piece]:
        """Send half of it, with a newline."""
        del state
        return [line[: len(line) // 2] + b"\n", Move.END]


@dataclass
class ErrorEvent(Fault):
    """Opens a watch with an ERROR event, and ends it; also ends those that are open, at their next event."""

    code: int = 410
    reason: str = "Expired"

    def opening(self) -> list[Piece]:
        """Send the ERROR."""
        event = {"type": "ERROR", "object": json.loads(_status(self.code, self.reason, "watch"))}
        return [json.dumps(event).encode() + b"\n", Move.END]

    def relay(self, line: bytes, state: dict[str, bytes]) -> list[Piece]:
        """Send the ERROR in its place."""
        del line, state
        return self.opening()


@dataclass
class Duplicate(Fault):
    """Sends each event twice."""

    def relay(self, line: bytes, state: dict[str, bytes]) -> list[Piece]:
        """Send it twice."""
        del state
        return [line, line]


@dataclass
class OutOfOrder(Fault):
    """Sends an event again right after the next event of the same object: the older one comes last."""

    def relay(self, line: bytes, state: dict[str, bytes]) -> list[Piece] | None:
        """Send it, and the older event after it, if there is one."""
        meta = json.loads(line)["object"]["metadata"]
        key = f"{meta.get('namespace')}/{meta.get('name')}"
        older = state.get(key)
        state[key] = line
        return [line, older] if older else None


class Stale(Fault):
    """Answers lists with what the API server answered earlier, and knows no initial events on a watch.

    Args:
        remembered: Bodies of lists, by path.
    """

    def __init__(self, remembered: dict[str, bytes]) -> None:
        self._remembered = remembered

    def before(self, request: Request) -> Reply | None:
        """Answer with the old list, if there is one; a watch that asks for a list is told to ask for a list."""
        if request.verb == "watch":
            streamed = "sendInitialEvents=true" in request.target
            return Reply(422, _status(422, "Invalid", request.path)) if streamed else None
        found = self._remembered.get(request.path)
        return Reply(200, found) if found else None


@dataclass
class Slow(Fault):
    """Takes its time for everything."""

    delay: float = 1.0


class Held(Fault):
    """Keeps requests back until `let_go`, and forwards them then, also for a client that is long gone."""

    delay = 0.02

    def __init__(self) -> None:
        self._free = threading.Event()

    def let_go(self) -> None:
        """Forward what was kept back, and keep nothing back any more."""
        self._free.set()

    async def pause(self) -> None:
        """Wait for `let_go`, which comes from another thread."""
        while not self._free.is_set():  # noqa: ASYNC110 - an asyncio.Event cannot be set from there
            await asyncio.sleep(self.delay)


def _status(code: int, reason: str, path: str) -> bytes:
    text = f"a fault of the proxy: {code} for {path}"
    answer = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return json.dumps({**answer, "message": text, "reason": reason, "code": code}).encode()
