"""What can be read: the contract's reference, a runbook for every reason and alert, the JSON Schemas of the tools."""

import functools
from typing import Final

from mcp_types import Resource
from msgspec import Struct

from hctl.public.facts import schema_text
from platform_status_assistant.knowledge.texts import knowledge

from .tools import TOOLS

__all__ = ["ResourcePage", "offered", "pages"]

_MARKDOWN: Final = "text/markdown"
_SCHEMA: Final = "application/schema+json"


class ResourcePage(Struct, frozen=True):
    """One resource.

    Attributes:
        title: For people who choose.
        media_type: Of its text.
        text: All of it.
    """

    title: str
    media_type: str
    text: str


@functools.cache
def pages() -> dict[str, ResourcePage]:
    """Every resource by its URI."""
    known = knowledge()
    found = {
        "contract://v1": ResourcePage("The status contract, version 1: every key and reason", _MARKDOWN, known.contract)
    }
    for folder, texts in (("reasons", known.reasons), ("alerts", known.alerts)):
        found |= {
            f"runbook://{folder}/{name}": ResourcePage(f"Runbook: {name}", _MARKDOWN, text)
            for name, text in texts.items()
        }
    for schema in sorted({spec.schema for spec in TOOLS.values()}):
        found[f"schema://{schema}"] = ResourcePage(
            f"JSON Schema of the {schema} document", _SCHEMA, schema_text(schema)
        )
    return found


def offered() -> list[Resource]:
    """The resources as the protocol describes them."""
    return [
        Resource(uri=uri, name=uri, title=page.title, mime_type=page.media_type, size=len(page.text.encode()))
        for uri, page in pages().items()
    ]
