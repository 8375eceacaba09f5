"""``hctl version``, ``hctl completion`` and ``hctl schema``, which need no object of the cluster."""

import json
import os
import sys
from typing import get_args, get_type_hints

import yaml

from hctl import __version__
from hctl.documents.reports import DOCUMENTS, schema_text
from hctl.errors import ExitCode, UsageError
from hctl.session import Session
from hctl.target import Target
from hctl.texts import inert
from platform_status_contract.model.contract import Contract
from platform_status_contract.model.lookup import mapping
from platform_status_contract.validation import UnknownSchemaError
from platform_status_contract.validation.schemas import bundled_schema, schema_names

__all__ = ["show_completion", "show_schema", "show_versions"]

_SHELLS = ("bash", "zsh", "fish", "powershell")


def show_versions(target: Target, output: str, *, client: bool) -> ExitCode:
    """Print the versions of hctl and of the cluster.

    Raises:
        HctlError: The output format is invalid, or the cluster cannot be read.
    """
    if output not in ("text", "json", "yaml"):
        raise UsageError(f"-o {inert(output, 60)}: expected text, json or yaml")
    found = {"client": __version__, "contract": ", ".join(get_args(get_type_hints(Contract)["version"]))}
    if not client:
        found["server"] = inert(mapping(Session(target).transport.get("/version")).get("gitVersion"), 60)
    if output == "json":
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    elif output == "yaml":
        sys.stdout.write(yaml.safe_dump(found, sort_keys=False))
    else:
        sys.stdout.writelines(f"{side.capitalize()} Version: {version}\n" for side, version in found.items())
    return ExitCode.READY


def show_completion(shell: str) -> ExitCode:
    """Print the completion script of a shell.

    Raises:
        UsageError: The shell is not supported.
    """
    if shell not in _SHELLS:
        raise UsageError(f"no completion for {inert(shell, 60)!r}; expected {', '.join(_SHELLS)}")
    from .app import app  # noqa: PLC0415 - which imports this module

    # With this variable, typer prints the completion script instead of running a command.
    os.environ["_HCTL_COMPLETE"] = f"source_{shell}"
    app(prog_name="hctl", args=[], standalone_mode=False)
    return ExitCode.READY


def show_schema(document: str) -> ExitCode:
    """Print a schema, including the schemas that it refers to.

    Args:
        document: Name of a document of ``-o json``, or of a schema of the contract.

    Raises:
        UsageError: There is no such document.
    """
    if document in DOCUMENTS:
        sys.stdout.write(schema_text(document))
        return ExitCode.READY
    try:
        schema = bundled_schema(document)
    except UnknownSchemaError as error:
        names = ", ".join((*DOCUMENTS, *schema_names()))
        raise UsageError(f"no document {inert(document, 60)!r}; expected one of {names}") from error
    sys.stdout.write(f"{json.dumps(schema, indent=2)}\n")
    return ExitCode.READY
