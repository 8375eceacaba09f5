"""``hctl vcluster``: the commands for virtual clusters, whatever other golden paths there are."""

import typer

from hctl.target import Target

from .late import LateApp
from .options import (
    AllOption,
    ColumnsOption,
    ExplainOption,
    NameArgument,
    NoHeadersOption,
    OutputOption,
    ProblemsOption,
    SelectorOption,
    SortOption,
    TimeoutOption,
    WaitOption,
    WatchOption,
    listed,
)
from .running import diagnose_one, explain_one, finish, list_of, status_of

__all__ = ["vcluster"]

vcluster = LateApp(
    help="Virtual clusters: requests of kind VClusterOrchestratorV2.", no_args_is_help=True, rich_markup_mode=None
)


@vcluster.command("status", epilog="Examples: hctl vcluster status media | hctl vcluster status media --watch")
def vcluster_status(
    target: Target,
    name: NameArgument,
    output: OutputOption = "table",
    watch: WatchOption = False,
    wait: WaitOption = "",
    timeout: TimeoutOption = "5m",
    explain: ExplainOption = False,
) -> None:
    """Show one virtual cluster."""
    if explain:
        if watch or wait:
            raise typer.BadParameter("--explain is about one moment; leave out --watch and --wait")
        finish(lambda: explain_one(target, name, output, vcluster=True, pictured=True))
    finish(lambda: status_of(target, name, output, watch=watch, wait=wait, timeout=timeout, vcluster=True))


@vcluster.command(
    "list", epilog="Examples: hctl vcluster list | hctl vcluster list --problems --columns name,phase,message"
)
def vcluster_list(
    target: Target,
    problems: ProblemsOption = False,
    sort: SortOption = "namespace",
    columns: ColumnsOption = "",
    output: OutputOption = "table",
    watch: WatchOption = False,
    all_namespaces: AllOption = False,
    selector: SelectorOption = "",
    no_headers: NoHeadersOption = False,
) -> None:
    """List virtual clusters."""
    many = listed(all_namespaces=all_namespaces, selector=selector, no_headers=no_headers)
    many |= {"problems": problems, "sort": sort, "columns": columns}
    finish(lambda: list_of(target, "", output=output, watch=watch, vcluster=True, **many))


@vcluster.command("diagnose", epilog="Example: hctl vcluster diagnose media")
def vcluster_diagnose(
    target: Target,
    name: NameArgument,
    output: OutputOption = "table",
) -> None:
    """Go from the phase of a virtual cluster to the first cause."""
    finish(lambda: diagnose_one(target, name, output, vcluster=True))
