"""``-o``: which form an answer takes, and the texts of the forms that are not drawn."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from hctl.errors import UsageError
from hctl.texts import inert

from .jsonpaths import render

__all__ = ["Form", "Output", "parse_output", "spell"]


class Form(StrEnum):
    """The forms of an answer."""

    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"
    NAME = "name"
    JSONPATH = "jsonpath"


class Output(Struct, frozen=True):
    """A form, and the template of a JSONPath."""

    form: Form = Form.TABLE
    template: str = ""

    @property
    def drawn(self) -> bool:
        """Whether people read it."""
        return self.form in (Form.TABLE, Form.WIDE)


def parse_output(text: str) -> Output:
    """Read the value of ``-o``.

    Raises:
        UsageError: It is none of the forms.
    """
    name, equals, template = text.partition("=")
    if name == Form.JSONPATH:
        if not template:
            raise UsageError("-o jsonpath: the expression is missing; expected, say, -o jsonpath='{.phase}'")
        return Output(Form.JSONPATH, template)
    if equals or name not in Form.__members__.values():
        expected = ", ".join(str(form) for form in Form if form is not Form.JSONPATH)
        raise UsageError(f"-o {inert(text, 60)}: expected {expected} or jsonpath=EXPRESSION")
    return Output(Form(name))


def spell(output: Output, report: dict[str, Any], names: Sequence[str]) -> str:
    """Spell a document in one of the forms for scripts.

    Args:
        output: The form; not a drawn one.
        report: The JSON document.
        names: ``resource/name`` of each request in it.

    Returns:
        The text, with a line feed at its end where the form has one.

    Raises:
        UsageError: The JSONPath cannot be understood.
    """
    if output.form is Form.NAME:
        return "".join(f"{name}\n" for name in names)
    if output.form is Form.JSONPATH:
        return render(output.template, report)
    if output.form is Form.YAML:
        import yaml  # noqa: PLC0415 - only this output needs it

        return str(yaml.safe_dump(report, sort_keys=False, allow_unicode=True, width=1000))
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
