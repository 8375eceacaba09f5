"""``hctl ask``: declared here, implemented by the assistant, which builds on hctl and is found by an entry point.

hctl imports nothing of the assistant (ADR 0011); without it the command prints how to install it.
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

_Text = Annotated[
    list[str],
    typer.Argument(metavar="QUESTION...", help='Such as "Is my media vCluster working?"', show_default=False),
]
_Output = Annotated[str, typer.Option("--output", "-o", metavar="FORM", help="text, json or yaml.")]
_Cite = Annotated[bool, typer.Option("--cite", help="Cite the source of each fact: object, key, version, age.")]
_EXAMPLES: Final = """\
Examples:
  hctl ask is my media vcluster working
  hctl ask why is media not ready --cite
  hctl ask "is everything ok?" -o json
"""


class _Ask(TyperCommand):
    """The command, whose ``--help`` prints the assistant's forms of a question."""

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401 - typer carries click inside, as a private module
        """Append forms and examples to the help, without click's line folding."""
        forms = _found(_FORMS)
        listed = f"Forms of a question:\n{forms.load()()}" if forms is not None else _install()
        return f"{super().get_help(ctx)}\n\n{listed}\n\n{_EXAMPLES}"


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
    ) -> None:
        """Answer a question of one of the forms below; with unknown words, print them and only the state."""
        finish(lambda: _assistant()(target, " ".join(question), output=output, cite=cite))


def _assistant() -> Callable[..., ExitCode]:
    """Load the assistant's command.

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
        f"hctl ask requires the assistant; install it in a checkout of {REPOSITORY}: "
        "pip install ./schemas ./kube ./hctl './assistant[ask]'"
    )
