"""The server as a process of its own, and the SDK's client before it."""

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx2
import jsonschema
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from hctl.documents.reports import schema_text
from tests.cluster.hctl.world import PATIENCE, environment

__all__ = ["SCHEMAS", "Served", "command", "conforming", "over_http", "over_stdio", "serving"]

T = TypeVar("T")

SCHEMAS = {"list": "list", "status": "status", "explain": "explanation", "diagnose": "diagnosis"}


def command(*words: str) -> list[str]:
    """How the server is started."""
    return [sys.executable, "-m", "platform_status_assistant.mcp", *words]


def over_stdio(kubeconfig: Path, talk: Callable[[Client], Awaitable[T]], *words: str) -> T:
    """Start a server, talk with it over its standard streams, and close them."""
    program, *arguments = command(*words)
    server = StdioServerParameters(command=program, args=arguments, env=environment(kubeconfig))

    async def run() -> T:
        with anyio.fail_after(PATIENCE):
            async with Client(server) as client:
                return await talk(client)

    return anyio.run(run)


@dataclass
class Served:
    """A server on loopback."""

    process: "subprocess.Popen[str]"
    url: str


@contextmanager
def serving(kubeconfig: Path, *words: str) -> Iterator[Served]:
    """Start a server on a free port of loopback, and end it."""
    process = subprocess.Popen(  # noqa: S603 - our own
        command("--transport", "http", "--listen", "127.0.0.1:0", *words),
        env=environment(kubeconfig),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        assert line.startswith("serving on http://127.0.0.1:"), line
        yield Served(process, line.removeprefix("serving on ").strip())
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stderr.close()


def over_http(url: str, talk: Callable[[Client], Awaitable[T]], token: str = "") -> T:
    """Talk with a server over streamable HTTP."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def run() -> T:
        with anyio.fail_after(PATIENCE):
            async with (
                httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as http,
                Client(streamable_http_client(url, http_client=http)) as client,
            ):
                return await talk(client)

    return anyio.run(run)


async def conforming(client: Client, tool: str, **arguments: object) -> tuple[Any, str]:
    """Call a tool that must answer; its document must be what the published schema says."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    document: Any = result.structured_content
    jsonschema.validate(document, json.loads(schema_text(SCHEMAS[tool])))
    return document, text_of(result.content)


def text_of(content: Any) -> str:  # noqa: ANN401 - blocks of the SDK's union
    """The one text of an answer."""
    (block,) = content
    assert block.type == "text"
    return str(block.text)
