"""``hctl ask``: declared here, answered by the assistant, which stands on hctl and is found by an entry point.

hctl imports nothing of it (ADR 0011): without the assistant the command says how to install it.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand

from hctl.errors import ExitCode, UsageError
from hctl.target import Target

from .running import finish

__all__ = ["add_ask"]

_GROUP: Final = "hctl.commands"
_NAME: Final = "ask"
_FORMS: Final = "ask-forms"
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
_Cite = Annotated[bool, typer.Option("--cite", help="Say of each fact where it stands: object, key, version, age.")]
_EXAMPLES: Final = """\
Examples:
  hctl ask is my media vcluster working
  hctl ask why is media not ready --cite
  hctl ask "is everything ok?" -o json
"""


class _Ask(TyperCommand):
    """The command whose ``--help`` prints the forms of a question, as the assistant tells them."""

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401 - typer carries click inside, as a private module
        """Put forms and examples below the help as they stand; click would fold them."""
        forms = _found(_FORMS)
        told = f"Forms of a question:\n{forms.load()()}" if forms is not None else _install()
        return f"{super().get_help(ctx)}\n\n{told}\n\n{_EXAMPLES}"


def add_ask(app: typer.Typer) -> None:
    """Declare the command.

    Args:
        app: hctl.
    """

    @app.command(_NAME, cls=_Ask)
    def ask(
        target: Target,
        question: _Text,
        output: _Output = "text",
        *,
        cite: _Cite = False,
        prometheus: _Address = "",
        prometheus_token_file: _Token = "",
        prometheus_ca_file: _Authorities = "",
    ) -> None:
        """Answer a question of one of the forms below; what is not understood is named, and gets the state alone."""
        finish(
            lambda: _assistant()(
                target,
                " ".join(question),
                output=output,
                cite=cite,
                prometheus=prometheus,
                token_file=prometheus_token_file,
                ca_file=prometheus_ca_file,
            )
        )


def _assistant() -> Callable[..., ExitCode]:
    """Load what answers.

    Raises:
        UsageError: It is not installed.
    """
    found = _found(_NAME)
    if found is None:
        raise UsageError(_install())
    loaded: Callable[..., ExitCode] = found.load()
    return loaded


def _found(name: str) -> Any:  # noqa: ANN401 - an EntryPoint, or None
    from importlib.metadata import entry_points  # noqa: PLC0415 - only this command needs it

    return next(iter(entry_points(group=_GROUP, name=name)), None)


def _install() -> str:
    from platform_status_contract import REPOSITORY  # noqa: PLC0415 - `hctl --help` waits for none of it

    return (
        f"hctl ask needs the assistant; install it in a checkout of {REPOSITORY}: "
        "pip install ./schemas ./kube ./hctl './assistant[ask]'"
    )
