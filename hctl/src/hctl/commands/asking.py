"""``hctl ask``: declared here, answered by the assistant, which stands on hctl and is found by an entry point.

hctl imports nothing of it (ADR 0011): without the assistant the command says how to install it.
"""

from collections.abc import Callable
from typing import Annotated, Final

import typer

from hctl.errors import ExitCode, UsageError
from platform_status_contract import REPOSITORY

from .options import ContextOption, KubeconfigOption, NamespaceOption, target_of
from .running import finish

__all__ = ["add_ask"]

_GROUP: Final = "hctl.commands"
_NAME: Final = "ask"
_INSTALL: Final = (
    f"hctl ask needs the assistant; install it in a checkout of {REPOSITORY}: "
    "pip install ./schemas ./kube ./hctl './assistant[ask]'"
)
_PROMETHEUS: Final = "PLATFORM_STATUS_PROMETHEUS"

_Text = Annotated[
    list[str],
    typer.Argument(metavar="QUESTION...", help='Such as "Is my media vCluster working?"', show_default=False),
]
_Output = Annotated[str, typer.Option("--output", "-o", metavar="FORM", help="text, json or yaml.")]
_Address = Annotated[
    str,
    typer.Option(
        "--prometheus",
        metavar="URL",
        envvar=_PROMETHEUS,
        help="A Prometheus to hear as a second witness, and about the last hours.",
        show_default=False,
    ),
]
_Token = Annotated[
    str,
    typer.Option(
        "--prometheus-token-file", metavar="FILE", help="Holds a bearer token for Prometheus.", show_default=False
    ),
]
_Authorities = Annotated[
    str,
    typer.Option(
        "--prometheus-ca-file",
        metavar="FILE",
        help="Authorities that Prometheus is trusted by, PEM.",
        show_default=False,
    ),
]
_Model = Annotated[
    str,
    typer.Option(
        "--model", metavar="NAME", help="A language model that words the answer; none by default.", show_default=False
    ),
]
_Endpoint = Annotated[
    str,
    typer.Option("--model-endpoint", metavar="URL", help="Where that model answers.", show_default=False),
]
_Key = Annotated[
    str,
    typer.Option(
        "--model-key-file", metavar="FILE", help="Holds its key; by default that of OPENAI_API_KEY.", show_default=False
    ),
]
_ModelAuthorities = Annotated[
    str,
    typer.Option("--model-ca-file", metavar="FILE", help="Authorities that it is trusted by, PEM.", show_default=False),
]
_EPILOG: Final = (
    'Examples: hctl ask "Is my media vCluster working?" | hctl ask why is media not ready | '
    'hctl ask "is everything ok?" -o json'
)


def add_ask(app: typer.Typer) -> None:
    """Declare the command.

    Args:
        app: hctl.
    """

    @app.command(_NAME, epilog=_EPILOG)
    def ask(
        ctx: typer.Context,
        question: _Text,
        output: _Output = "text",
        prometheus: _Address = "",
        prometheus_token_file: _Token = "",
        prometheus_ca_file: _Authorities = "",
        model: _Model = "",
        model_endpoint: _Endpoint = "",
        model_key_file: _Key = "",
        model_ca_file: _ModelAuthorities = "",
        context: ContextOption = "",
        namespace: NamespaceOption = "",
        kubeconfig: KubeconfigOption = "",
    ) -> None:
        """Answer a question in plain words from the status, every fact cited; says so where it cannot know."""
        target = target_of(ctx, context, namespace, kubeconfig)
        finish(
            lambda: _assistant()(
                target,
                " ".join(question),
                output=output,
                prometheus=prometheus,
                prometheus_token_file=prometheus_token_file,
                prometheus_ca_file=prometheus_ca_file,
                model=model,
                model_endpoint=model_endpoint,
                model_key_file=model_key_file,
                model_ca_file=model_ca_file,
            )
        )


def _assistant() -> Callable[..., ExitCode]:
    """Load what answers.

    Raises:
        UsageError: It is not installed.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415 - only this command needs it

    found = next(iter(entry_points(group=_GROUP, name=_NAME)), None)
    if found is None:
        raise UsageError(_INSTALL)
    loaded: Callable[..., ExitCode] = found.load()
    return loaded
