"""The command line: parse, call the library, map the result to an exit code.

Exit codes: 0 valid, 1 invalid, 2 wrong usage (an unknown schema, a file that cannot be read, PyYAML missing).
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TextIO

from .documents import parse, read
from .errors import DocumentError, UnknownSchemaError
from .problems import Problem, quote
from .schemas import SchemaName, bundled_schema, resolve_name, schema_names
from .validate import validate

__all__ = ["INVALID", "USAGE", "VALID", "main"]

VALID, INVALID, USAGE = 0, 1, 2

_PROGRAM = "python -m platform_status_contract"

_EXAMPLES = f"""\
examples:
  {_PROGRAM} validate --schema statuscontract contract.yaml
  kubectl get KIND NAME -o json | {_PROGRAM} validate --schema status --at status -
  {_PROGRAM} schema contract > contract.schema.json
  {_PROGRAM} schema

exit codes: 0 valid, 1 invalid, 2 wrong usage
"""


def main(
    argv: Sequence[str] | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Run the command line.

    Args:
        argv: Arguments without the program's name; None: those of this run of Python. The streams likewise.
        stdin: Where ``-`` reads from.
        stdout: Where results go.
        stderr: Where complaints about the usage go.

    Returns:
        The exit code.

    Raises:
        SystemExit: By argparse, with 2 for arguments that it does not know and 0 after ``--help``.
    """
    out, err = stdout or sys.stdout, stderr or sys.stderr
    options = _parser().parse_args(argv)
    try:
        if options.command == "schema":
            return _show(options.name, out)
        codes = [_validate_file(file, options, stdin or sys.stdin, out, err) for file in options.files]
        return max(codes)
    except UnknownSchemaError as error:
        err.write(f"{error}\n")
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        description="Validate documents of the platform status contract, or print their schemas.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser(
        "validate",
        help="validate JSON or YAML files",
        description="Validate JSON or YAML files; one line per problem.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("--schema", required=True, metavar="NAME", help=f"one of {', '.join(schema_names())}")
    check.add_argument(
        "--at", default="", metavar="PATH", help="validate what stands at this path, such as status.contract"
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for standard input")
    show = commands.add_parser(
        "schema",
        help="print a schema, or the names of all",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    show.add_argument("name", nargs="?", metavar="NAME", help="without it: the names of all schemas")
    return parser


def _show(name: SchemaName | None, out: TextIO) -> int:
    text = "\n".join(schema_names()) if name is None else json.dumps(bundled_schema(name), indent=2)
    out.write(f"{text}\n")
    return VALID


def _validate_file(file: str, options: argparse.Namespace, stdin: TextIO, out: TextIO, err: TextIO) -> int:
    resolve_name(options.schema)
    try:
        documents = parse(read(file, stdin), file)
    except DocumentError as error:
        (out if error.malformed else err).write(f"{_shown(file)}: {error}\n")
        return INVALID if error.malformed else USAGE
    code = VALID
    for index, document in enumerate(documents):
        where = _shown(file) if len(documents) == 1 else f"{_shown(file)}[{index}]"
        problems = _validate_at(document, options.at, options.schema)
        out.writelines(f"{where}: {problem.message}\n" for problem in problems)
        if problems:
            code = INVALID
        else:
            out.write(f"{where}: valid\n")
    return code


def _validate_at(document: object, path: str, schema: SchemaName) -> tuple[Problem, ...]:
    keys = path.split(".") if path else []
    for place, key in enumerate(keys):
        if not isinstance(document, dict) or key not in document:
            return (Problem.at(tuple(keys[: place + 1]), "nothing", f"a document for the schema {schema}"),)
        document = document[key]
    return validate(document, schema)


def _shown(file: str) -> str:
    return file if file.isprintable() else quote(file)
