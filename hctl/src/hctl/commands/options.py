"""The options that commands share; those that choose the cluster are kubectl's."""

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
    typer.Option("--as", metavar="USER", help="Act as this user, if you may; as kubectl does.", show_default=False),
]
AsGroupOption = Annotated[
    list[str] | None,
    typer.Option("--as-group", metavar="GROUP", help="Act as a member of this group; repeatable.", show_default=False),
]
RequestTimeoutOption = Annotated[
    str,
    typer.Option(
        "--request-timeout",
        metavar="DURATION",
        help="How long one answer may take, such as 10s; by default 30s.",
        show_default=False,
    ),
]
SelectorOption = Annotated[
    str,
    typer.Option("--selector", "-l", metavar="LABELS", help="Only those with these labels.", show_default=False),
]
NoHeadersOption = Annotated[bool, typer.Option("--no-headers", help="The table without its head.")]
SecondArgument = Annotated[
    str, typer.Argument(metavar="| KIND NAME", hidden=True, help="After a KIND, as kubectl takes it.")
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
    """Give a command the options that choose the cluster; it takes them as one argument, ``target``.

    Args:
        command: A function with annotations that typer reads, and a first parameter ``target``.
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
        said = {name: given.pop(name) for name in _TARGET}
        target = _joined(ctx, Target(**said | {"groups": tuple(said["groups"] or ())}))
        if ctx.parent is None:
            ctx.obj = target  # said before the command, which joins it with what is said after
        command(target=target, **given)

    called.__doc__ = command.__doc__
    called.__name__ = command.__name__
    called.__signature__ = signature.replace(parameters=[first, *own, *shared])  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in (first, *own, *shared)}
    return called


def _joined(ctx: typer.Context, said: Target) -> Target:
    """Join what was said after the command with what was said before it."""
    before = ctx.find_root().obj
    earlier = before if isinstance(before, Target) else Target()
    return Target(*(later or first for later, first in zip(said, earlier, strict=True)))  # type: ignore[arg-type]  # field by field


def listed(*, all_namespaces: bool, selector: str, no_headers: bool) -> dict[str, Any]:
    """Make fields of `overviews.Listed` of the options that every list has."""
    return {"everywhere": all_namespaces, "selector": selector, "headers": not no_headers}


def reference_of(first: str, second: str) -> str:
    """Join ``KIND NAME`` to ``KIND/NAME``, which is the same to kubectl.

    Raises:
        typer.BadParameter: The first word holds a name already.
    """
    if second and "/" in first:
        raise typer.BadParameter(f"{first} names one request, and so does {second}; give one of both")
    return f"{first}/{second}" if second else first


def target_of(ctx: typer.Context, context: str, namespace: str, kubeconfig: str) -> Target:
    """Join what a command without the other options was told with what was said before it."""
    return _joined(ctx, Target(context, namespace, kubeconfig))
