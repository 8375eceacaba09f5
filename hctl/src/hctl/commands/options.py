"""The options that commands share; those that choose the cluster are kubectl's."""

from typing import Annotated, Final

import typer

from hctl.target import Target

from .completion import (
    complete_contexts,
    complete_forms,
    complete_kinds,
    complete_namespaces,
    complete_phases,
    complete_references,
    complete_sorts,
    complete_vclusters,
)

__all__ = [
    "AllOption",
    "ColumnsOption",
    "ContextOption",
    "ExplainOption",
    "KindArgument",
    "KubeconfigOption",
    "NameArgument",
    "NamespaceOption",
    "OutputOption",
    "ProblemsOption",
    "ReferenceArgument",
    "SortOption",
    "TimeoutOption",
    "WaitOption",
    "WatchOption",
    "target_of",
]

_CLUSTER: Final = "Which cluster"


ContextOption = Annotated[
    str,
    typer.Option(
        "--context",
        metavar="NAME",
        help="Context of the kubeconfig; by default its current one.",
        autocompletion=complete_contexts,
        show_default=False,
    ),
]
NamespaceOption = Annotated[
    str,
    typer.Option(
        "--namespace",
        "-n",
        metavar="NAME",
        help="Look into this namespace only; by default into all of them.",
        autocompletion=complete_namespaces,
        show_default=False,
    ),
]
KubeconfigOption = Annotated[
    str,
    typer.Option(
        "--kubeconfig",
        metavar="FILE",
        help="The kubeconfig; by default that of KUBECONFIG, else ~/.kube/config.",
        show_default=False,
    ),
]
OutputOption = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="FORM",
        help="table, wide, json, yaml, name or jsonpath=EXPRESSION.",
        autocompletion=complete_forms,
    ),
]
WatchOption = Annotated[bool, typer.Option("--watch", "-w", help="Go on and redraw whenever something changes.")]
WaitOption = Annotated[
    str,
    typer.Option(
        "--wait",
        metavar="PHASE",
        help="Wait until it is in this phase. For Ready everything counts: the newest generation, freshly proven.",
        autocompletion=complete_phases,
        show_default=False,
    ),
]
TimeoutOption = Annotated[str, typer.Option("--timeout", metavar="DURATION", help="How long --wait waits: 90s, 5m.")]
ExplainOption = Annotated[bool, typer.Option("--explain", help="Derive the phase anew, and show every step.")]
AllOption = Annotated[
    bool, typer.Option("--all-namespaces", "-A", help="All namespaces, or an error where you may not look into all.")
]
ProblemsOption = Annotated[bool, typer.Option("--problems", help="Only those that somebody should look at.")]
SortOption = Annotated[
    str,
    typer.Option(
        "--sort", metavar="KEY", help="namespace, name, phase (worst first) or age.", autocompletion=complete_sorts
    ),
]
ColumnsOption = Annotated[
    str,
    typer.Option("--columns", metavar="A,B,...", help="Which columns, such as name,phase,message.", show_default=False),
]
NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="Its metadata.name or spec.name.", autocompletion=complete_vclusters, show_default=False
    ),
]
ReferenceArgument = Annotated[
    str,
    typer.Argument(
        metavar="[KIND/]NAME",
        help="Such as media, or webapp/shop.",
        autocompletion=complete_references,
        show_default=False,
    ),
]
KindArgument = Annotated[
    str,
    typer.Argument(
        metavar="[KIND]",
        help="Such as webapps; by default every golden path.",
        autocompletion=complete_kinds,
        show_default=False,
    ),
]


def target_of(ctx: typer.Context, context: str, namespace: str, kubeconfig: str) -> Target:
    """Join what was said after the command with what was said before it."""
    before = ctx.find_root().obj
    earlier = before if isinstance(before, Target) else Target()
    return Target(context or earlier.context, namespace or earlier.namespace, kubeconfig or earlier.kubeconfig)
