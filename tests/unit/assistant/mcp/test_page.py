"""docs/mcp.md names every tool, what it takes, and the limits as they are."""

import re
from pathlib import Path

from platform_status_assistant.mcp import serving, tools
from platform_status_assistant.mcp.arguments import read_arguments
from platform_status_assistant.mcp.tools import TOOLS, offered

PAGE = (Path(__file__).parents[4] / "docs" / "mcp.md").read_text()
DEPLOYMENT = (Path(__file__).parents[4] / "docs" / "mcp" / "deployment.yaml").read_text()


def test_the_table_has_every_tool_with_what_it_takes() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \|", PAGE, re.MULTILINE))
    assert {name: set(re.findall(r"\w+", taken)) for name, taken in rows.items()} == {
        tool.name: set(tool.input_schema["properties"]) for tool in offered()
    }
    for spec in TOOLS.values():
        assert f"{spec.schema}-v1.schema.json" in PAGE


def test_the_limits_are_as_written() -> None:
    assert f"{serving._MAX_BODY // 1024} KiB a request" in PAGE
    assert f"{serving.MAX_OF_ADDRESS} connections of one address and {serving.MAX_CONNECTIONS} of all" in PAGE
    assert f"{serving._SILENCE_TIMEOUT:g} s until a new one must have asked" in PAGE
    assert f"pages of {tools.PAGE}," in PAGE
    assert f"up to {serving._ENDING_TIMEOUT} s" in PAGE


def test_the_flags_of_the_sketch_are_taken() -> None:
    flags = re.findall(r"- (--[^ \n]+)", DEPLOYMENT)
    options = read_arguments(flags)
    assert options.http
    assert options.allowed_hosts == ("status-mcp.example.org",)
