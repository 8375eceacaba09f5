"""``python -m platform_status_weights``: print the size of a checkout as a table."""

import argparse
import ast
import io
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SHIPPED: Final = ("schemas/src", "kube/src", "pipeline/src", "sidecar/src", "hctl/src", "assistant/src")
_TOOLS: Final = ("tools/src", "observability", "promise")
_DOUBLE: Final = "tools/double/src"
_SELFTESTS: Final = "selftests"
_RECORDED: Final = ("tests/golden/applications", "tests/golden/controllers", "tests/golden/objects")
"""Golden files recorded from a real program."""

_SMALL: Final = 40
_NO_CODE: Final = frozenset(
    (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
)


@dataclass(frozen=True)
class Weights:
    """The counts. Modules are those of the shipped code and of the tools, without ``__init__`` and ``__main__``.

    Attributes:
        shipped: Lines of the shipped code.
        code: Its lines without blanks, docstrings, comments and imports.
        tools: Lines of tools, observability, Promises and the Kratix double.
        small: Modules of at most 40 lines.
        once: Modules that exactly one other module imports; tests do not count.
        tests: Lines of Python of the tests, the self-tests of the double included.
        golden: Golden files, except recorded ones.
    """

    shipped: int
    code: int
    tools: int
    small: int
    once: int
    tests: int
    golden: int


def weigh(root: Path) -> Weights:
    """Count a checkout.

    Raises:
        OSError: A file cannot be read.
        SyntaxError: A file is not valid Python.
    """
    shipped, tools, double, tests = (_read(root, *folders) for folders in (_SHIPPED, _TOOLS, (_DOUBLE,), ("tests",)))
    selftests = {path: double.pop(path) for path in list(double) if _SELFTESTS in path.parts}
    sources = shipped | tools
    importers = _importers(sources)
    modules = [path for path in sources if path.stem not in ("__init__", "__main__")]
    golden = (path.relative_to(root) for path in (root / "tests" / "golden").rglob("*") if path.is_file())
    return Weights(
        shipped=_lines(shipped),
        code=sum(map(_code, shipped.values())),
        tools=_lines(tools) + _lines(double),
        small=sum(len(sources[path].splitlines()) <= _SMALL for path in modules),
        once=sum(importers[_name(path)] == 1 for path in modules),
        tests=_lines(tests) + _lines(selftests),
        golden=sum(path.suffix not in (".py", ".pyc") and not _is_recorded(path) for path in golden),
    )


def _is_recorded(path: Path) -> bool:
    return any(Path(folder) in path.parents for folder in _RECORDED)


def _read(root: Path, *folders: str) -> dict[Path, str]:
    paths = (path for folder in folders for path in sorted((root / folder).rglob("*.py")))
    return {path.relative_to(root): path.read_text("utf-8") for path in paths}


def _lines(texts: Mapping[Path, str]) -> int:
    return sum(len(text.splitlines()) for text in texts.values())


def _code(text: str) -> int:
    """Count the lines with a token that is not a comment, a docstring or part of an import."""
    left_out: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())):
                left_out.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            found.update(range(token.start[0], token.end[0] + 1))
    return len(found - left_out)


def _name(path: Path) -> str:
    """Return ``a.b`` for ``dist/src/a/b.py`` and for ``dist/src/a/b/__init__.py``."""
    parts = path.with_suffix("").parts
    return ".".join(parts[parts.index("src") + 1 if "src" in parts else 0 :]).removesuffix(".__init__")


def _importers(texts: Mapping[Path, str]) -> Counter[str]:
    """Return the number of importing modules by module."""
    known = frozenset(map(_name, texts))
    return Counter(name for path, text in texts.items() for name in {*_imported(path, text, known)} - {_name(path)})


def _imported(path: Path, text: str, known: frozenset[str]) -> Iterator[str]:
    here = [*_name(path).split("."), *(["__init__"] if path.stem == "__init__" else [])]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & known
        elif isinstance(node, ast.ImportFrom):
            above = here[: -node.level] if node.level else []
            package = ".".join([*above, *([node.module] if node.module else [])])
            # `from package import name`: name is a module, or is defined in the package itself.
            inner = {f"{package}.{alias.name}" for alias in node.names} & known
            yield from inner or {package} & known


_ROWS: Final = (
    ("source of what ships, lines", "shipped"),
    ("of it code (no blanks, docstrings, comments, imports)", "code"),
    ("tools, observability, Promises and the double of Kratix, lines", "tools"),
    ("modules of both of at most 40 lines (`__init__`, `__main__` aside)", "small"),
    ("modules of both that one other module imports, and no second one", "once"),
    ("Python of tests, self-tests of the double included, lines", "tests"),
    ("golden files, without recorded objects", "golden"),
)


def main(arguments: list[str]) -> int:
    """Print the size of a folder, by default the present one."""
    parser = argparse.ArgumentParser(
        prog="python -m platform_status_weights", description="Print the size of a checkout as a table."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), help="a checkout (default: this folder)")
    folder: Path = parser.parse_args(arguments).folder
    if not (folder / _SHIPPED[0]).is_dir():
        parser.error(f"{folder} is no checkout: it has no {_SHIPPED[0]}")
    found: Weights = weigh(folder)
    sys.stdout.write("| what | weighs |\n|---|---|\n")
    sys.stdout.writelines(f"| {told} | {getattr(found, name):,} |\n" for told, name in _ROWS)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
