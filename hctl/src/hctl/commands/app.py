"""Commands and their options. Imports only typer; the implementation of a command is imported when it runs."""

from typing import Annotated

import typer

from hctl import __version__
from hctl.errors import ExitCode
from hctl.target import Target

from .asking import add_ask
from .late import LateApp
from .options import (
    AllOption,
    ColumnsOption,
    ExplainOption,
    KindArgument,
    NoHeadersOption,
    OutputOption,
    ProblemsOption,
    ReferenceArgument,
    SecondArgument,
    SelectorOption,
    SortOption,
    TimeoutOption,
    WaitOption,
    WatchOption,
    listed,
    reference_of,
    with_target,
)
from .running import diagnose_one, explain_file, explain_one, finish, list_of, status_of
from .validate import declare_validate
from .vclusters import vcluster

__all__ = ["app"]

_EPILOG = (
    "Exit codes: 0 ready, 1 not ready, 2 not found or wrong usage, 3 cluster not reachable or access denied, "
    "4 the status is stale and cannot be trusted."
)

app = LateApp(
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
@with_target
def root(
    target: Target,
    version: Annotated[
        bool,
        typer.Option("--version", callback=lambda value: _version(wanted=value), is_eager=True, help="The version."),
    ] = False,
) -> None:
    """Store the options that precede the command."""


@app.command(
    "status", epilog="Examples: hctl status | hctl status webapp/shop --wait Ready --timeout 10m && echo it is up"
)
def status(
    target: Target,
    reference: ReferenceArgument = "",
    second: SecondArgument = "",
    output: OutputOption = "table",
    watch: WatchOption = False,
    wait: WaitOption = "",
    timeout: TimeoutOption = "5m",
    explain: ExplainOption = False,
    all_namespaces: AllOption = False,
    selector: SelectorOption = "",
    no_headers: NoHeadersOption = False,
) -> None:
    """Show one request, or without a name every golden path with a summary."""
    reference = reference_of(reference, second)
    many = listed(all_namespaces=all_namespaces, selector=selector, no_headers=no_headers)
    if reference and (all_namespaces or selector or no_headers):
        raise typer.BadParameter("--all-namespaces, --selector and --no-headers are for lists; leave out the name")
    if explain:
        if watch or wait or not reference:
            raise typer.BadParameter("--explain needs a name, and shows one moment; leave out --watch and --wait")
        finish(lambda: explain_one(target, reference, output, pictured=True))
    if reference:
        finish(lambda: status_of(target, reference, output, watch=watch, wait=wait, timeout=timeout, vcluster=False))
    if wait:
        raise typer.BadParameter("--wait needs a name: hctl status NAME --wait PHASE")
    finish(lambda: list_of(target, "", output=output, watch=watch, sort="phase", overview=True, **many))


@app.command("ls", hidden=True)
@app.command("list", epilog="Examples: hctl list | hctl list webapps --problems --sort phase -l team=a")
def list_all(
    target: Target,
    kind: KindArgument = "",
    problems: ProblemsOption = False,
    sort: SortOption = "namespace",
    columns: ColumnsOption = "",
    output: OutputOption = "table",
    watch: WatchOption = False,
    all_namespaces: AllOption = False,
    selector: SelectorOption = "",
    no_headers: NoHeadersOption = False,
) -> None:
    """List the requests of one kind, or of every golden path."""
    many = listed(all_namespaces=all_namespaces, selector=selector, no_headers=no_headers)
    many |= {"problems": problems, "sort": sort, "columns": columns}
    finish(lambda: list_of(target, kind, output=output, watch=watch, **many))


@app.command("get", hidden=True)
def get(
    target: Target,
    kind: KindArgument = "",
    name: SecondArgument = "",
    output: OutputOption = "table",
    watch: WatchOption = False,
    all_namespaces: AllOption = False,
    selector: SelectorOption = "",
    no_headers: NoHeadersOption = False,
) -> None:
    """List a kind, or show one request of it, with the arguments of `kubectl get`."""
    if name or "/" in kind:
        one = reference_of(kind, name)
        finish(lambda: status_of(target, one, output, watch=watch, wait="", timeout="0", vcluster=False))
    many = listed(all_namespaces=all_namespaces, selector=selector, no_headers=no_headers)
    finish(lambda: list_of(target, kind, output=output, watch=watch, **many))


@app.command("describe", hidden=True)
@app.command("diagnose", epilog="Examples: hctl diagnose media | hctl diagnose webapp/shop -o json")
def diagnose(
    target: Target,
    reference: ReferenceArgument,
    second: SecondArgument = "",
    output: OutputOption = "table",
) -> None:
    """Find the first cause of the phase, and print the next command to run."""
    one = reference_of(reference, second)
    finish(lambda: diagnose_one(target, one, output, vcluster=False))


@app.command("dump", epilog="Examples: hctl dump media > case.yaml | hctl dump webapp/shop --full > case.yaml")
def dump(
    target: Target,
    reference: ReferenceArgument,
    second: SecondArgument = "",
    full: Annotated[
        bool, typer.Option("--full", help="Write whole objects, with any secrets in their fields.")
    ] = False,
) -> None:
    """Write a request and the objects behind its verdict to one YAML document: only the fields that the rules read."""
    one = reference_of(reference, second)

    def write() -> ExitCode:
        from .explanations import dump_request  # noqa: PLC0415 - see the module's docstring

        return dump_request(target, one, full=full)

    finish(write)


@app.command("explain", epilog="Examples: hctl explain media | hctl explain -f case.yaml --now 2026-02-26T10:30:00Z")
def explain(
    target: Target,
    reference: ReferenceArgument = "",
    second: SecondArgument = "",
    file: Annotated[
        str,
        typer.Option("--filename", "-f", metavar="FILE", help="A dump, or - for standard input.", show_default=False),
    ] = "",
    now: Annotated[
        str,
        typer.Option(
            "--now", metavar="TIME", help="Time of the verdict, RFC 3339; by default now, or that of the dump."
        ),
    ] = "",
    output: OutputOption = "table",
) -> None:
    """Derive the phase again, live or from a dump: by which rule, from which objects, and what follows."""
    if bool(reference) == bool(file):
        raise typer.BadParameter("give a name or a file: hctl explain NAME, or hctl explain -f FILE")
    if file:
        finish(lambda: explain_file(file, output, now))
    one = reference_of(reference, second)
    finish(lambda: explain_one(target, one, output, now=now))


@app.command("doctor", epilog="Exit codes: 0 no failure, 1 a failure, 3 no response, 4 a check could not be made.")
def doctor(
    target: Target,
    output: OutputOption = "table",
    argocd_namespace: Annotated[
        str, typer.Option("--argocd-namespace", metavar="NAME", help="Namespace of Argo CD.")
    ] = "argocd",
) -> None:
    """Check the platform: Kratix, Destinations, sidecars, images, Argo CD, and who may act as a pipeline."""

    def examine() -> ExitCode:
        from .doctors import doctor as answer  # noqa: PLC0415 - see the module's docstring

        return answer(target, output, argocd=argocd_namespace)

    finish(examine)


@app.command("tree", epilog="Examples: hctl tree media | hctl tree webapp/shop -o wide")
def tree(
    target: Target,
    reference: ReferenceArgument,
    second: SecondArgument = "",
    output: OutputOption = "table",
) -> None:
    """Show the objects of a request: Works, Application, workloads and pods, Secrets, sub-applications, objects."""
    one = reference_of(reference, second)

    def show() -> ExitCode:
        from .explanations import show_tree  # noqa: PLC0415 - see the module's docstring

        return show_tree(target, one, output)

    finish(show)


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
    """Print the JSON Schema of the output of -o json, or of a document of the contract."""

    def show() -> ExitCode:
        from .versions import show_schema  # noqa: PLC0415 - see the module's docstring

        return show_schema(document)

    finish(show)


@app.command("version", epilog="Examples: hctl version | hctl version --client")
def version(
    target: Target,
    client: Annotated[bool, typer.Option("--client", help="Only the version of hctl; no request is sent.")] = False,
    output: Annotated[str, typer.Option("--output", "-o", metavar="FORM", help="text, json or yaml.")] = "text",
) -> None:
    """Print the versions of hctl, of the contract it reads, and of the cluster's API server."""

    def show() -> ExitCode:
        from .versions import show_versions  # noqa: PLC0415 - see the module's docstring

        return show_versions(target, output, client=client)

    finish(show)


@app.command("completion", epilog="Example: source <(hctl completion bash)")
def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")],
) -> None:
    """Print the completion script of a shell; it completes names from the cluster."""

    def show() -> ExitCode:
        from .versions import show_completion  # noqa: PLC0415 - see the module's docstring

        return show_completion(shell)

    finish(show)


declare_validate(app)
add_ask(app)
