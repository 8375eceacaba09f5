"""Builds the options of a command when it runs: those of all commands take a sixth of the work of ``hctl --help``."""

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
    """An application, or a group of commands, of which one command runs."""

    def command(self, *args: Any, **kwargs: Any) -> Callable[[_Function], _Function]:  # noqa: ANN401 - as typer has it
        """Declare a command as typer does; a parameter ``target`` becomes the options of `with_target`."""
        declare = super().command(*args, **kwargs)

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
    """A command with name and help alone, for lists of commands. Its context is that of the whole command."""

    whole: ClassVar[CommandInfo]

    def make_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - typer carries click inside, as a private module
        """Return the context of the whole command, which parses, runs and completes it."""
        whole, function = copy(self.whole), self.whole.callback
        if function is not None and "target" in function.__annotations__:
            whole.callback = with_target(function)
        command = get_command_from_info(whole, pretty_exceptions_short=True, rich_markup_mode=None)
        return command.make_context(*args, **kwargs)


def _nothing() -> None:
    """Replace the function of a command that is only listed."""
