"""``hctl vcluster``: the commands for virtual clusters, whatever other golden paths there are."""

import typer

from .options import (
    AllOption,
    ColumnsOption,
    ContextOption,
    ExplainOption,
    KubeconfigOption,
    NameArgument,
    NamespaceOption,
    OutputOption,
    ProblemsOption,
    SortOption,
    TimeoutOption,
    WaitOption,
    WatchOption,
    target_of,
)
from .running import diagnose_one, explain_one, finish, list_of, status_of

__all__ = ["vcluster"]

vcluster = typer.Typer(
    help="Virtual clusters: requests of kind VClusterOrchestratorV2.", no_args_is_help=True, rich_markup_mode=None
)


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
        finish(lambda: explain_one(target, name, output, vcluster=True, pictured=True))
    finish(lambda: status_of(target, name, output, watch=watch, wait=wait, timeout=timeout, vcluster=True))


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
    finish(
        lambda: list_of(
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
    finish(lambda: diagnose_one(target, name, output, vcluster=True))
