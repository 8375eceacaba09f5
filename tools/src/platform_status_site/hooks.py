"""Hooks of MkDocs: links that leave docs/, addresses of runbooks, the help of hctl, and the length of sentences.

MkDocs logs each problem as a warning, and ``make site`` fails on any.
"""

import logging
import posixpath
import re
from pathlib import Path
from typing import Final

import typer.core
import typer.main
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from hctl.commands.app import app
from platform_status_contract import REPOSITORY

__all__ = ["MAX_AVERAGE_WORDS", "average_words", "help_of_hctl", "leave_docs", "on_files", "on_page_markdown"]

MAX_AVERAGE_WORDS: Final = 20.0
"""Maximum number of words per sentence, on average over a page; records of decisions (adr/) are not measured."""

_LOG: Final = logging.getLogger("mkdocs.hooks.platform_status_site")
_FENCE: Final = re.compile(r"^ *```.*?^ *```$|<!--.*?-->", re.MULTILINE | re.DOTALL)
_NO_PROSE: Final = re.compile(r"^(?:#.*|\|.*|!\[.*)$", re.MULTILINE)
_ITEM: Final = re.compile(r"^ *(?:[-*>]|\d+\.) +", re.MULTILINE)
_CODE: Final = re.compile(r"`[^`]+`")
_LINK: Final = re.compile(r"\[([^]]*)\]\([^)]*\)")
_HELP: Final = re.compile(r"<!-- hctl --help: .*? -->")
_END: Final = re.compile(r"[.?!]\W*(?:\s|$)|\n\s*\n")
_LEAVING: Final = re.compile(r"(?<=\]\()((?:\.\./)+[^)#\s]+)(?=[)#])")


def average_words(markdown: str) -> float:
    """Return the average number of words per sentence; 0 without a sentence.

    A span of code counts as one word. Headings, tables and code blocks do not count. A sentence also ends at the end of
    a paragraph or a list item.
    """
    prose = _ITEM.sub("\n\n", _NO_PROSE.sub("\n", _FENCE.sub("\n\n", markdown)))
    prose = _LINK.sub(r"\1", _CODE.sub("code", prose))
    lengths = [len(re.findall(r"[\w'/-]+", sentence)) for sentence in _END.split(prose)]
    spoken = [length for length in lengths if length]
    return sum(spoken) / len(spoken) if spoken else 0.0


def leave_docs(markdown: str, page: str, root: Path) -> tuple[str, list[str]]:
    """Rewrite the links to files outside docs/ to the repository, because the site does not contain these files.

    Args:
        markdown: The page.
        page: Its path below docs/.
        root: The checkout.

    Returns:
        The page, and the links without a target, unchanged.
    """
    dead: list[str] = []

    def address(link: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), link[1]))
        if path.startswith("docs/"):
            return link[1]
        if not (root / path).exists():
            dead.append(link[1])
        return f"{REPOSITORY}/blob/main/{path}"

    return _LEAVING.sub(address, markdown), dead


def help_of_hctl() -> str:
    """Return the ``--help`` output of hctl and its commands as Markdown."""
    command = typer.main.get_command(app)
    pending, texts = [(command, command.make_context("hctl", [], resilient_parsing=True, terminal_width=80))], []
    while pending:
        command, context = pending.pop(0)
        texts.append(f"## {context.command_path}\n\n```text\n{context.command.get_help(context)}\n```\n")
        parts = command.commands if isinstance(command, typer.core.TyperGroup) else {}
        for name, part in parts.items():
            if not part.hidden:
                pending.append((part, part.make_context(name, [], parent=context, resilient_parsing=True)))
    return "\n".join(texts)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Give each runbook the path that alerts and hctl use: with ``.md``, the same on a Git host and on the site."""
    del config
    for file in files.documentation_pages():
        folder, _, name = file.src_uri.rpartition("/")
        if folder.startswith("runbooks/") and name != "README.md":
            file.dest_uri = f"{file.src_uri}/index.html"
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Rewrite links to files outside docs/, and measure the sentences."""
    del files
    source = page.file.src_uri
    text, dead = leave_docs(markdown, source, Path(config.docs_dir).parent)
    for link in dead:
        _LOG.warning("%s: the link %s leads to nothing", source, link)
    average = average_words(markdown)
    if average > MAX_AVERAGE_WORDS and not source.startswith("adr/"):
        _LOG.warning("%s: %.1f words a sentence on average, at most %g", source, average, MAX_AVERAGE_WORDS)
    return _HELP.sub(lambda _: help_of_hctl(), text)
