"""Commands and their options. Imports nothing but typer: what a command needs is imported when it runs."""

from collections.abc import Callable, Sequence
from typing import Annotated, NoReturn

import typer

from hctl import __version__
from hctl.errors import ExitCode, HctlError
from hctl.target import Target

from .asking import add_ask
from .options import (
    AllOption,
    ColumnsOption,
    ContextOption,
    ExplainOption,
    KindArgument,
    KubeconfigOption,
    NameArgument,
    NamespaceOption,
    OutputOption,
    ProblemsOption,
    ReferenceArgument,
    SortOption,
    TimeoutOption,
    WaitOption,
    WatchOption,
    target_of,
)
from .validate import declare_validate

__all__ = ["app"]

_EPILOG = (
    "Exit codes: 0 ready, 1 not ready, 2 not found or wrong usage, 3 cluster not reachable or not allowed, "
    "4 the status is stale and not to be trusted."
)

app = typer.Typer(
    name="hctl",
    help="Is what I asked the platform for ready, and if not, why? Reads the status contract of any golden path.",
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
vcluster = typer.Typer(
    help="Virtual clusters: requests of kind VClusterOrchestratorV2.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(vcluster, name="vcluster")


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"hctl {__version__}")
        raise typer.Exit


def _finish(command: Callable[[], ExitCode]) -> NoReturn:
    """Run a command and leave with its exit code; an error is one line."""
    try:
        code = command()
    except HctlError as error:
        typer.echo(f"hctl: {error}", err=True)
        code = error.exit_code
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    raise typer.Exit(int(code))


@app.callback()
def root(
    ctx: typer.Context,
    context: ContextOption = "",
    namespace: NamespaceOption = "",
    kubeconfig: KubeconfigOption = "",
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool,
        typer.Option("--version", callback=lambda value: _version(wanted=value), is_eager=True, help="The version."),
    ] = False,
) -> None:
    """Remember what was said before the command."""
    ctx.obj = Target(context, namespace, kubeconfig)


@app.command(
    "status", epilog="Examples: hctl status | hctl status webapp/shop --wait Ready --timeout 10m && echo it is up"
)
def status(
    ctx: typer.Context,
    reference: ReferenceArgument = "",
    output: OutputOption = "table",
    watch: WatchOption = False,
    wait: WaitOption = "",
    timeout: TimeoutOption = "5m",
    explain: ExplainOption = False,
    context: ContextOption = "",
    namespace: NamespaceOption = "",
    kubeconfig: KubeconfigOption = "",
) -> None:
    """Show one request, or without a name every golden path with a summary."""
    target = target_of(ctx, context, namespace, kubeconfig)
    if explain:
        if watch or wait or not reference:
            raise typer.BadParameter("--explain needs a name, and is about one moment; leave out --watch and --wait")
        _finish(lambda: _explain(target, reference, output, pictured=True))
    if reference:
        _finish(lambda: _status(target, reference, output, watch=watch, wait=wait, timeout=timeout, vcluster=False))
    if wait:
        raise typer.BadParameter("--wait needs a name: hctl status NAME --wait PHASE")
    _finish(lambda: _list(target, "", output=output, watch=watch, sort="phase", overview=True))


@app.command("list", epilog="Examples: hctl list | hctl list webapps --problems --sort phase -o wide")
def list_all(
    ctx: typer.Context,
    kind: KindArgument = "",
    problems: ProblemsOption = False,
    sort: SortOption = "namespace",
    columns: ColumnsOption = "",
    output: OutputOption = "table",
    watch: WatchOption = False,
    all_namespaces: AllOption = False,
    context: ContextOption = "",
    namespace: NamespaceOption = "",
    kubeconfig: KubeconfigOption = "",
) -> None:
    """List the requests of one kind, or of every golden path."""
    target = target_of(ctx, context, namespace, kubeconfig)
    _finish(
        lambda: _list(
            target,
            kind,
            output=output,
            watch=watch,
            problems=problems,
            sort=sort,
            columns=columns,
            everywhere=all_namespaces,
        )
    )


@app.command("diagnose", epilog="Examples: hctl diagnose media | hctl diagnose webapp/shop -o json")
def diagnose(
    ctx: typer.Context,
    reference: ReferenceArgument,
    output: OutputOption = "table",
    context: ContextOption = "",
    namespace: NamespaceOption = "",
    kubeconfig: KubeconfigOption = "",
) -> None:
    """Go from the phase to the first cause, and say what to run next."""
    target = target_of(ctx, context, namespace, kubeconfig)
    _finish(lambda: _diagnose(target, reference, output, vcluster=False))


@app.command("dump", epilog="Examples: hctl dump media > case.yaml | hctl dump webapp/shop --redact > case.yaml")
def dump(
    ctx: typer.Context,
    reference: ReferenceArgument,
    redact: Annotated[
        bool, typer.Option("--redact", help="Replace every name, and leave out every text and what no rule needs.")
    ] = False,
    context: ContextOption = "",
    namespace: NamespaceOption = "",
    kubeconfig: KubeconfigOption = "",
) -> None:
    """Write a request and all that its verdict rests on to one YAML document; nothing of what is in a Secret."""
    target = target_of(ctx, context, namespace, kubeconfig)

    def write() -> ExitCode:
        from hctl.session import Session  # noqa: PLC0415 - see the module's docstring

        from .explanations import dump_request  # noqa: PLC0415 - see the module's docstring

        return dump_request(Session(target), reference, redacted=redact)

    _finish(write)


@app.command("explain", epilog="Examples: hctl explain media | hctl explain -f case.yaml --now 2026-02-26T10:30:00Z")
def explain(
    ctx: typer.Context,
    reference: ReferenceArgument = "",
    file: Annotated[
        str,
        typer.Option("--filename", "-f", metavar="FILE", help="A dump, or - for standard input.", show_default=False),
    ] = "",
    now: Annotated[
        str,
        typer.Option(
            "--now", metavar="TIME", help="The moment of the verdict, RFC 3339; by default now, or the dump's."
        ),
    ] = "",
    output: OutputOption = "table",
    context: ContextOption = "",
    namespace: NamespaceOption = "",
    kubeconfig: KubeconfigOption = "",
) -> None:
    """Derive the phase anew, live or from a dump: by which rule, from which objects, and what comes next."""
    if bool(reference) == bool(file):
        raise typer.BadParameter("one of both is needed: hctl explain NAME, or hctl explain -f FILE")
    target = target_of(ctx, context, namespace, kubeconfig)
    if file:
        _finish(lambda: _explain_file(file, output, now))
    _finish(lambda: _explain(target, reference, output, now=now))


@app.command("schema", epilog="Example: hctl schema status > status.schema.json")
def schema(
    document: Annotated[
        str, typer.Argument(metavar="DOCUMENT", help="status, list, diagnosis, explanation, dump or validation.")
    ] = "status",
) -> None:
    """Print the JSON Schema of what -o json says."""

    def show() -> ExitCode:
        from .schemas import show_schema  # noqa: PLC0415 - see the module's docstring

        return show_schema(document)

    _finish(show)


declare_validate(app, _finish)


@vcluster.command("status", epilog="Examples: hctl vcluster status media | hctl vcluster status media --watch")
def vcluster_status(
    ctx: typer.Context,
    name: NameArgument,
    output: OutputOption = "table",
    watch: WatchOption = False,
    wait: WaitOption = "",
    timeout: TimeoutOption = "5m",
    explain: ExplainOption = False,
    context: ContextOption = "",
    namespace: NamespaceOption = "",
    kubeconfig: KubeconfigOption = "",
) -> None:
    """Show one virtual cluster."""
    target = target_of(ctx, context, namespace, kubeconfig)
    if explain:
        if watch or wait:
            raise typer.BadParameter("--explain is about one moment; leave out --watch and --wait")
        _finish(lambda: _explain(target, name, output, vcluster=True, pictured=True))
    _finish(lambda: _status(target, name, output, watch=watch, wait=wait, timeout=timeout, vcluster=True))


@vcluster.command(
    "list", epilog="Examples: hctl vcluster list | hctl vcluster list --problems --columns name,phase,message"
)
def vcluster_list(
    ctx: typer.Context,
    problems: ProblemsOption = False,
    sort: SortOption = "namespace",
    columns: ColumnsOption = "",
    output: OutputOption = "table",
    watch: WatchOption = False,
    all_namespaces: AllOption = False,
    context: ContextOption = "",
    namespace: NamespaceOption = "",
    kubeconfig: KubeconfigOption = "",
) -> None:
    """List virtual clusters."""
    target = target_of(ctx, context, namespace, kubeconfig)
    _finish(
        lambda: _list(
            target,
            "",
            output=output,
            watch=watch,
            problems=problems,
            sort=sort,
            columns=columns,
            everywhere=all_namespaces,
            vcluster=True,
        )
    )


@vcluster.command("diagnose", epilog="Example: hctl vcluster diagnose media")
def vcluster_diagnose(
    ctx: typer.Context,
    name: NameArgument,
    output: OutputOption = "table",
    context: ContextOption = "",
    namespace: NamespaceOption = "",
    kubeconfig: KubeconfigOption = "",
) -> None:
    """Go from the phase of a virtual cluster to the first cause."""
    target = target_of(ctx, context, namespace, kubeconfig)
    _finish(lambda: _diagnose(target, name, output, vcluster=True))


add_ask(app, _finish)


# -- who answers


def _status(
    target: Sequence[str], reference: str, output: str, *, watch: bool, wait: str, timeout: str, vcluster: bool
) -> ExitCode:
    from hctl.session import Session  # noqa: PLC0415 - see the module's docstring

    from .statuses import Asked, show_status  # noqa: PLC0415 - see the module's docstring

    return show_status(Session(target), reference, Asked(output, watch, wait, timeout), vcluster=vcluster)


def _list(
    target: Sequence[str],
    kind: str,
    *,
    output: str,
    watch: bool,
    sort: str,
    problems: bool = False,
    columns: str = "",
    everywhere: bool = False,
    overview: bool = False,
    vcluster: bool = False,
) -> ExitCode:
    from hctl.session import Session  # noqa: PLC0415 - see the module's docstring

    from .overviews import Listed, list_requests  # noqa: PLC0415 - see the module's docstring

    listed = Listed(output, everywhere, problems, sort, columns, watch, overview)
    return list_requests(Session(target), kind, listed, vcluster=vcluster)


def _diagnose(target: Sequence[str], reference: str, output: str, *, vcluster: bool) -> ExitCode:
    from hctl.session import Session  # noqa: PLC0415 - see the module's docstring

    from .diagnoses import diagnose as answer  # noqa: PLC0415 - see the module's docstring

    return answer(Session(target), reference, output, vcluster=vcluster)


def _explain(
    target: Sequence[str],
    reference: str,
    output: str,
    *,
    now: str = "",
    vcluster: bool = False,
    pictured: bool = False,
) -> ExitCode:
    from hctl.session import Session  # noqa: PLC0415 - see the module's docstring

    from .explanations import explain_request  # noqa: PLC0415 - see the module's docstring

    return explain_request(Session(target), reference, output, now=now, vcluster=vcluster, pictured=pictured)


def _explain_file(path: str, output: str, now: str) -> ExitCode:
    from .explanations import explain_file  # noqa: PLC0415 - see the module's docstring

    return explain_file(path, output, now=now)
