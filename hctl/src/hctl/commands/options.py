"""The options that commands share; those that select the cluster are the same as in kubectl."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Final

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
    "NoHeadersOption",
    "OutputOption",
    "ProblemsOption",
    "ReferenceArgument",
    "SecondArgument",
    "SelectorOption",
    "SortOption",
    "TimeoutOption",
    "WaitOption",
    "WatchOption",
    "listed",
    "reference_of",
    "target_of",
    "with_target",
]

ContextOption = Annotated[
    str,
    typer.Option(
        "--context",
        metavar="NAME",
        help="Context of the kubeconfig; by default the current one.",
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
        help="Only this namespace; by default all of them.",
        autocompletion=complete_namespaces,
        show_default=False,
    ),
]
KubeconfigOption = Annotated[
    str,
    typer.Option(
        "--kubeconfig",
        metavar="FILE",
        help="The kubeconfig; by default $KUBECONFIG, else ~/.kube/config.",
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
WatchOption = Annotated[bool, typer.Option("--watch", "-w", help="Keep running, and redraw after each change.")]
WaitOption = Annotated[
    str,
    typer.Option(
        "--wait",
        metavar="PHASE",
        help="Wait for this phase. Ready also requires the newest generation and a fresh status.",
        autocompletion=complete_phases,
        show_default=False,
    ),
]
TimeoutOption = Annotated[str, typer.Option("--timeout", metavar="DURATION", help="Timeout of --wait: 90s, 5m.")]
ExplainOption = Annotated[bool, typer.Option("--explain", help="Derive the phase again, and show every step.")]
AllOption = Annotated[
    bool, typer.Option("--all-namespaces", "-A", help="All namespaces; an error if you may not list them all.")
]
ProblemsOption = Annotated[bool, typer.Option("--problems", help="Only requests that need attention.")]
SortOption = Annotated[
    str,
    typer.Option(
        "--sort", metavar="KEY", help="namespace, name, phase (worst first) or age.", autocompletion=complete_sorts
    ),
]
ColumnsOption = Annotated[
    str,
    typer.Option("--columns", metavar="A,B,...", help="Columns, such as name,phase,message.", show_default=False),
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
        metavar="[KIND/][NAMESPACE/]NAME",
        help="Such as media, webapp/shop, team-a/media, webapp/team-a/shop or webapp shop.",
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


AsOption = Annotated[
    str,
    typer.Option("--as", metavar="USER", help="Impersonate this user, as kubectl does.", show_default=False),
]
AsGroupOption = Annotated[
    list[str] | None,
    typer.Option("--as-group", metavar="GROUP", help="Impersonate this group; repeatable.", show_default=False),
]
RequestTimeoutOption = Annotated[
    str,
    typer.Option(
        "--request-timeout",
        metavar="DURATION",
        help="Timeout of one response, such as 10s; by default 30s.",
        show_default=False,
    ),
]
SelectorOption = Annotated[
    str,
    typer.Option("--selector", "-l", metavar="LABELS", help="Only requests with these labels.", show_default=False),
]
NoHeadersOption = Annotated[bool, typer.Option("--no-headers", help="Leave out the table header.")]
SecondArgument = Annotated[
    str, typer.Argument(metavar="| KIND NAME", hidden=True, help="A name after a KIND, as in kubectl.")
]

_TARGET: Final[dict[str, tuple[Any, Any]]] = {
    "context": (ContextOption, ""),
    "namespace": (NamespaceOption, ""),
    "kubeconfig": (KubeconfigOption, ""),
    "user": (AsOption, ""),
    "groups": (AsGroupOption, None),
    "request_timeout": (RequestTimeoutOption, ""),
}
"""The fields of `Target`, with the option of each and its default."""


def with_target(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select the cluster to a command, which receives them as one argument, ``target``.

    Args:
        command: A function with typer annotations whose first parameter is ``target``.
    """
    signature = inspect.signature(command)
    own = [parameter for parameter in signature.parameters.values() if parameter.name != "target"]
    kind = inspect.Parameter.KEYWORD_ONLY
    shared = [
        inspect.Parameter(name, kind, default=default, annotation=option) for name, (option, default) in _TARGET.items()
    ]
    own = [parameter.replace(kind=kind) for parameter in own]
    first = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)

    def called(ctx: typer.Context, **given: Any) -> None:  # noqa: ANN401 - whatever the command takes
        chosen = {name: given.pop(name) for name in _TARGET}
        target = _joined(ctx, Target(**chosen | {"groups": tuple(chosen["groups"] or ())}))
        if ctx.parent is None:
            ctx.obj = target  # options before the command; the command merges its own into them
        command(target=target, **given)

    called.__doc__ = command.__doc__
    called.__name__ = command.__name__
    called.__signature__ = signature.replace(parameters=[first, *own, *shared])  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in (first, *own, *shared)}
    return called


def _joined(ctx: typer.Context, chosen: Target) -> Target:
    """Merge the options after the command with those before it."""
    before = ctx.find_root().obj
    earlier = before if isinstance(before, Target) else Target()
    return Target(*(later or first for later, first in zip(chosen, earlier, strict=True)))  # type: ignore[arg-type]  # field by field


def listed(*, all_namespaces: bool, selector: str, no_headers: bool) -> dict[str, Any]:
    """Return fields of `overviews.Listed` from the options that all lists share."""
    return {"everywhere": all_namespaces, "selector": selector, "headers": not no_headers}


def reference_of(first: str, second: str) -> str:
    """Join ``KIND NAME`` to ``KIND/NAME``, which are equivalent in kubectl.

    Raises:
        typer.BadParameter: The first word already contains a name.
    """
    if second and "/" in first:
        raise typer.BadParameter(f"{first} and {second} both name a request; give only one")
    return f"{first}/{second}" if second else first


def target_of(ctx: typer.Context, context: str, namespace: str, kubeconfig: str) -> Target:
    """Return the target of a command that has only these options, merged with those before the command."""
    return _joined(ctx, Target(context, namespace, kubeconfig))
