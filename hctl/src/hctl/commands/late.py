"""Commands whose options are made when one runs: to make those of all takes a sixth of the work of ``hctl --help``."""

import inspect
from collections.abc import Callable
from copy import copy
from typing import Any, ClassVar, TypeVar

import typer
from typer.core import TyperCommand
from typer.main import get_command_from_info
from typer.models import CommandInfo

from .options import with_target

__all__ = ["LateApp"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


class LateApp(typer.Typer):
    """An application, or a group of commands, that is started for one command."""

    def command(self, *told: Any, **further: Any) -> Callable[[_Function], _Function]:  # noqa: ANN401 - as typer has it
        """Declare a command as typer does; in place of a parameter ``target`` it has the options of `with_target`."""
        declare = super().command(*told, **further)

        def declared(function: _Function) -> _Function:
            declare(function)
            whole = self.registered_commands[-1]
            listed = copy(whole)
            listed.help = whole.help or inspect.getdoc(function)
            listed.callback = _nothing
            listed.cls = type(function.__name__, (_Listed,), {"whole": whole})
            self.registered_commands[-1] = listed
            return function

        return declared


class _Listed(TyperCommand):
    """A command as a list of commands shows it: name and help. Its context belongs to the whole command."""

    whole: ClassVar[CommandInfo]

    def make_context(self, *told: Any, **further: Any) -> Any:  # noqa: ANN401 - typer carries click inside, as a private module
        """Make the context that parses the words of the command, runs it and completes them."""
        whole, function = copy(self.whole), self.whole.callback
        if function is not None and "target" in function.__annotations__:
            whole.callback = with_target(function)
        command = get_command_from_info(whole, pretty_exceptions_short=True, rich_markup_mode=None)
        return command.make_context(*told, **further)


def _nothing() -> None:
    """Stand for the function of a command that is only listed."""
