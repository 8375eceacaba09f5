"""Decoding a template into its structs, with problems that name the path in the template. Pure."""

import re
from typing import TypeVar

import msgspec

from platform_status_contract.template.problems import Problem
from platform_status_pipeline.errors import TemplateError

__all__ = ["decode", "problem_of"]

ShapeT = TypeVar("ShapeT")

_PATH = re.compile(r" - at `\$(.*)`$")


def decode(document: object, shape: type[ShapeT], *, fix: str) -> ShapeT:
    """Decode a template.

    Args:
        document: A JSON value.
        shape: A struct; one that forbids unknown fields finds typos.
        fix: What to do about a problem.

    Returns:
        The template.

    Raises:
        TemplateError: It is not of that shape.
    """
    try:
        return msgspec.convert(document, shape)
    except msgspec.ValidationError as error:
        raise TemplateError([problem_of(error, "", fix=fix)]) from error


def problem_of(error: msgspec.ValidationError, path: str, *, fix: str) -> Problem:
    """Tell a decoding error as a problem; `path` is where the decoded value stands in the template."""
    text = str(error)
    match = _PATH.search(text)
    where = f"{path}{match[1].removeprefix('[...]')}" if match else path
    return Problem(where.removeprefix(".") or "template", _PATH.sub("", text), fix)
