"""Files and fenced blocks read into findings: line by line, and as the document that they are."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import images, packages, requirements

_SHELL = frozenset(
    {"sh", "bash", "shell", "console", "zsh", "powershell", "make", "mk", "bat", "fish", "dockerfile", "containerfile"}
)
_DATA = frozenset({"yaml", "yml", "toml", "json", "ipynb", "jsonc"})
_FENCE = re.compile(r"^([ >]*)(`{3,}|~{3,})[ \t]*(\w*)[^\n]*\n(.*?)^[ >]*\2`*[ \t]*$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_JOINED = re.compile(r"[\\^][ \t]*\n\s*(?:[#>*]\s+)?")


class _AnyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the same, in C
    """YAML with whatever tags."""


_AnyLoader.add_multi_constructor("", lambda _loader, _tag, _node: None)


def language(path: Path) -> str:
    """Return what a file is written in."""
    name = path.name.lower()
    if "dockerfile" in name or "containerfile" in name:
        return "dockerfile"
    if name in ("makefile", "gnumakefile", "justfile", "procfile"):
        return "make"
    if path.suffix in (".md", ".markdown", ".rst"):
        return "markdown"
    if not path.suffix and path.read_bytes()[:2] == b"#!":
        return "sh"
    if path.suffix in (".txt", ".lock", ".in", ".cfg", ".ini", ".conf"):
        return "requirements"
    return path.suffix.removeprefix(".").lower()


def findings(text: str, kind: str) -> Iterator[str]:
    """Say what a text says of indexes and registries.

    Args:
        text: A file's content, or a fenced block's.
        kind: What it is written in.
    """
    code = kind in _SHELL
    for line in _JOINED.sub(" ", text).splitlines():
        yield from line_findings(line, code=code)
        if kind == "requirements":
            yield from requirements.in_list_of_requirements(line)
    if kind == "dockerfile":
        yield from (found for _, found in images.in_dockerfile(_JOINED.sub(" ", text).splitlines()))
    elif kind == "markdown":
        yield from _markdown(text)
    elif kind in _DATA:
        for document in documents(text, kind):
            yield from tree_findings(document)
    elif kind in ("py", "python", "pyi"):
        yield from _python(text)


@cache
def line_findings(line: str, *, code: bool) -> tuple[str, ...]:
    """Say what one line says; lists of words in brackets are read as the command that they are, too."""
    found: list[str] = []
    if packages.worth_reading(line):
        found += packages.findings(line, code=code)
        found += packages.findings(re.sub(r"""["'\[\](),]+""", " ", line), code=False)
    if images.WORTH_READING.search(line):
        found += images.in_command(line)
    found += images.in_text(line)
    found += requirements.in_text(line)
    return tuple(found)


def documents(text: str, kind: str) -> Iterator[Any]:
    """Return what a data file holds; nothing of one that cannot be read, such as a template or a broken example."""
    try:
        if kind == "toml":
            yield tomllib.loads(text)
        elif kind in ("json", "ipynb"):
            yield json.loads(text)
        else:
            yield from yaml.load_all(text, _AnyLoader)
    except (ValueError, yaml.YAMLError, RecursionError):
        return


def tree_findings(tree: Any) -> Iterator[str]:  # noqa: ANN401 - any document
    """Say what a document says: its keys for packages and images, its texts, its lists of words."""
    yield from images.in_tree(tree)
    yield from requirements.in_tree(tree)
    yield from _texts(tree)


def _texts(tree: Any) -> Iterator[str]:  # noqa: ANN401 - any document
    if isinstance(tree, str):
        # a long text is a file in a file, such as a script
        for line in _JOINED.sub(" ", tree).splitlines():
            yield from line_findings(line, code=True)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _texts(key)
            yield from _texts(value)
        words = [part for name in ("command", "args", "entry", "additional_args") for part in _words(tree.get(name))]
        yield from line_findings(_joined(words), code=False)
    elif isinstance(tree, list):
        yield from line_findings(_joined(_words(tree)), code=False)
        for each in tree:
            yield from _texts(each)


def _words(value: Any) -> list[str]:  # noqa: ANN401 - any document
    found = value if isinstance(value, list) else [value]
    return [str(each) for each in found if isinstance(each, str | int | float)]


def _joined(words: list[str]) -> str:
    """Return the command that a list of words is; what has a space in it is a command of its own."""
    return " ".join(f"; {word} ;" if re.search(r"\s", word) else word for word in words)


def _markdown(text: str) -> Iterator[str]:
    for block in _FENCE.finditer(text):
        inner = "\n".join(line.removeprefix(block[1]) for line in block[4].splitlines())
        yield from findings(re.sub(r"(?m)^\$ ", "", inner), block[3].lower() or "sh")
    prose = _FENCE.sub("\n\n", text)
    for span in _SPAN.finditer(prose):
        yield from line_findings(" ".join(span[1].split()), code=True)
    for paragraph in re.split(r"\n\s*\n", prose):
        yield from line_findings(" ".join(paragraph.split()), code=False)


def _python(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a part of a program, in a fence
        return
    parts = set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield from line_findings(_joined([_rendered(each) for each in node.elts]), code=False)
        elif isinstance(node, ast.Call | ast.Dict | ast.Assign | ast.AnnAssign):
            yield from _named(node)
        if id(node) not in parts:
            parts |= {id(child) for child in ast.walk(node)} if isinstance(node, ast.JoinedStr | ast.BinOp) else set()
            yield from _string(node)


def _named(node: ast.Call | ast.Dict | ast.Assign | ast.AnnAssign) -> Iterator[str]:
    """Say what is given under a name: a keyword, a key, a variable; and the arguments of a call as a command."""
    pairs: list[tuple[str, ast.expr]] = []
    if isinstance(node, ast.Call):
        installs = isinstance(node.func, ast.Attribute) and node.func.attr == "install"
        words = [_rendered(each) for each in node.args]
        yield from line_findings(_joined(["pip", "install", *words] if installs else words), code=False)
        pairs = [(keyword.arg or "", keyword.value) for keyword in node.keywords]
    elif isinstance(node, ast.Dict):
        pairs = [(_rendered(key), value) for key, value in zip(node.keys, node.values, strict=True) if key]
    elif node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        pairs = [(target.id, node.value) for target in targets if isinstance(target, ast.Name)]
    for name, value in pairs:
        yield from images.in_tree(_rendered(value), name)
        yield from requirements.in_tree(_literal(value), name)


def _string(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr | ast.BinOp) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        text = _JOINED.sub(" ", _rendered(node))
        for line in text.splitlines():
            yield from line_findings(line, code="\n" not in text)


def _literal(node: ast.expr) -> Any:  # noqa: ANN401 - any literal
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


def _rendered(node: ast.AST) -> str:
    """Return a text with {} in place of what is computed."""
    if isinstance(node, ast.Constant):
        return str(node.value) if isinstance(node.value, str | int) else "{}"
    if isinstance(node, ast.JoinedStr):
        return "".join(_rendered(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _rendered(node.left) + _rendered(node.right)
    if isinstance(node, ast.List | ast.Tuple):
        return " ".join(_rendered(each) for each in node.elts)
    return "{}"
