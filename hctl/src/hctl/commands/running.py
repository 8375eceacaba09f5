"""Calls the implementation of a command; it is imported here, so that ``hctl --help`` does not wait for it."""

from collections.abc import Callable
from typing import Any, NoReturn

import typer

from hctl.errors import ExitCode, HctlError
from hctl.target import Target

__all__ = ["diagnose_one", "explain_file", "explain_one", "finish", "list_of", "status_of"]


def finish(command: Callable[[], ExitCode]) -> NoReturn:
    """Run a command and exit with its exit code; an error is printed as one line."""
    try:
        code = command()
    except HctlError as error:
        typer.echo(f"hctl: {error}", err=True)
        code = error.exit_code
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    raise typer.Exit(int(code))


def status_of(
    target: Target, reference: str, output: str, *, watch: bool, wait: str, timeout: str, vcluster: bool
) -> ExitCode:
    """Show one request; see `statuses.show_status`."""
    from .statuses import StatusOptions, show_status  # noqa: PLC0415 - see the module's docstring

    return show_status(target, reference, StatusOptions(output, watch, wait, timeout), vcluster=vcluster)


def list_of(target: Target, kind: str, *, vcluster: bool = False, **listed: Any) -> ExitCode:  # noqa: ANN401 - its fields
    """List requests with the fields of `overviews.Listed`; see `overviews.list_requests`."""
    from .overviews import Listed, list_requests  # noqa: PLC0415 - see the module's docstring

    return list_requests(target, kind, Listed(**listed), vcluster=vcluster)


def diagnose_one(target: Target, reference: str, output: str, *, vcluster: bool) -> ExitCode:
    """Diagnose one request; see `explanations.diagnose`."""
    from .explanations import diagnose as answer  # noqa: PLC0415 - see the module's docstring

    return answer(target, reference, output, vcluster=vcluster)


def explain_one(
    target: Target,
    reference: str,
    output: str,
    *,
    now: str = "",
    vcluster: bool = False,
    pictured: bool = False,
) -> ExitCode:
    """Explain one request of a cluster; see `explanations.explain_request`."""
    from .explanations import explain_request  # noqa: PLC0415 - see the module's docstring

    return explain_request(target, reference, output, now=now, vcluster=vcluster, pictured=pictured)


def explain_file(path: str, output: str, now: str) -> ExitCode:
    """Explain a dump; see `explanations.explain_file`."""
    from .explanations import explain_file  # noqa: PLC0415 - see the module's docstring

    return explain_file(path, output, now=now)
