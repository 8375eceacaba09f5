"""Commands and their options. Imports nothing but typer: what a command needs is imported when it runs."""

from typing import Annotated

import typer

from hctl import __version__
from hctl.errors import ExitCode
from hctl.target import Target

from .asking import add_ask
from .options import (
    AllOption,
    ColumnsOption,
    ContextOption,
    ExplainOption,
    KindArgument,
    KubeconfigOption,
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
from .running import diagnose_one, explain_file, explain_one, finish, list_of, status_of
from .validate import declare_validate
from .vclusters import vcluster

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
app.add_typer(vcluster, name="vcluster")


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"hctl {__version__}")
        raise typer.Exit


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
        finish(lambda: explain_one(target, reference, output, pictured=True))
    if reference:
        finish(lambda: status_of(target, reference, output, watch=watch, wait=wait, timeout=timeout, vcluster=False))
    if wait:
        raise typer.BadParameter("--wait needs a name: hctl status NAME --wait PHASE")
    finish(lambda: list_of(target, "", output=output, watch=watch, sort="phase", overview=True))


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
    finish(
        lambda: list_of(
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
    finish(lambda: diagnose_one(target, reference, output, vcluster=False))


@app.command("dump", epilog="Examples: hctl dump media > case.yaml | hctl dump webapp/shop --full > case.yaml")
def dump(
    ctx: typer.Context,
    reference: ReferenceArgument,
    full: Annotated[
        bool, typer.Option("--full", help="Write whole objects, with whatever secrets anybody wrote into them.")
    ] = False,
    context: ContextOption = "",
    namespace: NamespaceOption = "",
    kubeconfig: KubeconfigOption = "",
) -> None:
    """Write a request and what its verdict rests on to one YAML document: what the rules read, and nothing else."""
    target = target_of(ctx, context, namespace, kubeconfig)

    def write() -> ExitCode:
        from hctl.session import Session  # noqa: PLC0415 - see the module's docstring

        from .explanations import dump_request  # noqa: PLC0415 - see the module's docstring

        return dump_request(Session(target), reference, full=full)

    finish(write)


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
        finish(lambda: explain_file(file, output, now))
    finish(lambda: explain_one(target, reference, output, now=now))


@app.command("doctor", epilog="Exit codes: 0 no failure, 1 a failure, 3 no answer, 4 something could not be read.")
def doctor(
    ctx: typer.Context,
    output: OutputOption = "table",
    argocd_namespace: Annotated[
        str, typer.Option("--argocd-namespace", metavar="NAME", help="Where Argo CD runs.")
    ] = "argocd",
    context: ContextOption = "",
    namespace: NamespaceOption = "",
    kubeconfig: KubeconfigOption = "",
) -> None:
    """Is the platform in order: Kratix, Destinations, sidecars, images, Argo CD, who may act as a pipeline?"""
    target = target_of(ctx, context, namespace, kubeconfig)

    def examine() -> ExitCode:
        from hctl.session import Session  # noqa: PLC0415 - see the module's docstring

        from .doctors import doctor as answer  # noqa: PLC0415 - see the module's docstring

        return answer(Session(target), output, argocd=argocd_namespace)

    finish(examine)


@app.command("schema", epilog="Example: hctl schema status > status.schema.json")
def schema(
    document: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENT",
            help="status, list, diagnosis, explanation, dump, validation or doctor; or of the contract: contract, "
            "statuscontract, platformpolicy, vclusterorchestratorv2-request, status-v1.",
        ),
    ] = "status",
) -> None:
    """Print the JSON Schema of what -o json says, or of a document of the contract."""

    def show() -> ExitCode:
        from .schemas import show_schema  # noqa: PLC0415 - see the module's docstring

        return show_schema(document)

    finish(show)


declare_validate(app)
add_ask(app)
