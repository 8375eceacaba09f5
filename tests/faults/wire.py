"""HTTP/1.1 as the sidecar and the API server speak it, on asyncio streams: just enough for a proxy."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

__all__ = ["Headers", "Request", "chunk", "head", "read_body", "read_head", "read_request"]

Headers: TypeAlias = Mapping[str, str]


@dataclass(frozen=True)
class Request:
    """One request, as the client sent it.

    Attributes:
        method: HTTP method.
        target: Path and query.
        headers: Names in lower case.
        body: The whole body.
    """

    method: str
    target: str
    headers: Headers
    body: bytes

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path

    @property
    def resource(self) -> str:
        """Such as ``pods``, or ``vclusterorchestratorv2s/status``."""
        rest = self._rest()
        return rest[0] + (f"/{rest[2]}" if len(rest) > 2 else "")

    @property
    def verb(self) -> str:
        """As RBAC has it: get, list, watch, patch, create."""
        if self.method != "GET":
            return {"PATCH": "patch", "POST": "create"}.get(self.method, self.method.lower())
        if "watch" in parse_qs(urlsplit(self.target).query):
            return "watch"
        return "list" if len(self._rest()) == 1 else "get"

    def _rest(self) -> list[str]:
        parts = self.path.strip("/").split("/")
        rest = parts[2:] if parts[0] == "api" else parts[3:]
        within_namespace = len(rest) > 2 and rest[0] == "namespaces"
        return (rest[2:] if within_namespace else rest) or [""]


async def read_head(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    """Read the first line and the headers.

    Raises:
        asyncio.IncompleteReadError: If the other side hung up.
    """
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:] if line)
    return lines[0], {name.strip().lower(): value.strip() for name, _, value in pairs}


async def read_request(reader: asyncio.StreamReader) -> Request:
    """Read one request with its body."""
    first, headers = await read_head(reader)
    method, target, _ = first.split(" ", 2)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)


async def read_body(reader: asyncio.StreamReader, headers: Headers) -> AsyncIterator[bytes]:
    """Read the body of an answer piece by piece, without the framing."""
    if headers.get("transfer-encoding", "").lower() != "chunked":
        yield await reader.readexactly(int(headers.get("content-length", "0")))
        return
    while size := int((await reader.readline()).split(b";")[0] or b"0", 16):
        yield await reader.readexactly(size)
        await reader.readline()


def head(first: str, headers: Headers) -> bytes:
    """Write a first line and headers."""
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode("latin-1")


def chunk(piece: bytes) -> bytes:
    """Frame a piece for a chunked body; the empty piece ends it."""
    return b"%x\r\n%s\r\n" % (len(piece), piece)
