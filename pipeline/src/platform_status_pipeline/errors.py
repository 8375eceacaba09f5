"""What can go wrong in a pipeline container: the request, the template, or the folders."""

from collections.abc import Sequence

from platform_status_contract.template.problems import Problem

__all__ = ["FolderError", "PipelineError", "RequestRefusedError", "StatusFileError", "TemplateError"]


class PipelineError(Exception):
    """Base of every error that this distribution raises on purpose."""


class FolderError(PipelineError):
    """A file of the /kratix folders is missing, unreadable or not what it should be."""


class RequestRefusedError(PipelineError):
    """What we were given cannot be carried out.

    Attributes:
        problems: Everything that is wrong, at least one, in the order of the document.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(problem.line for problem in problems))
        self.problems = tuple(problems)


class StatusFileError(RequestRefusedError):
    """An earlier container left a status.yaml that Kratix would refuse."""


class TemplateError(RequestRefusedError):
    """The StatusContract template is wrong, or does not fit this request."""
