"""`/kratix/metadata/workflow-control.yaml`: a pipeline that suspends its workflow (kratix.md section 8). Pure."""

import re
from dataclasses import dataclass
from datetime import timedelta

import yaml

__all__ = ["WorkflowControl", "go_duration", "read_control"]

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)")


@dataclass(frozen=True)
class WorkflowControl:
    """The content of workflow-control.yaml.

    Attributes:
        suspend: Stop here until the label is removed.
        message: Shown in `status.kratix.workflows.pipelines[].message`.
        retry_after: Run this pipeline again after that time; None: no automatic retry.
    """

    suspend: bool
    message: str
    retry_after: timedelta | None

    @property
    def stops(self) -> bool:
        """Whether the workflow stops here."""
        return self.suspend or self.retry_after is not None


def go_duration(text: str) -> timedelta:
    """Parse a Go duration such as ``1h30m``.

    Raises:
        ValueError: It is anything else, such as ``1d`` from Kratix's own documentation.
    """
    parts = list(_PART.finditer(text))
    if not parts or "".join(part.group() for part in parts) != text:
        raise ValueError(f"retryAfter {text!r}: expected a Go duration such as 30s, 10m or 1h30m")
    return timedelta(seconds=sum(float(part[1]) * _UNITS[part[2]] for part in parts))


def read_control(text: str) -> WorkflowControl:
    """Parse workflow-control.yaml.

    Raises:
        ValueError: It is not a mapping, or retryAfter is not a Go duration.
    """
    document = yaml.safe_load(text)
    if not isinstance(document, dict):
        raise ValueError(  # noqa: TRY004 - one kind of error for every wrong content of the file
            f"workflow-control.yaml: expected a mapping, found {type(document).__name__}"
        )
    after = document.get("retryAfter")
    return WorkflowControl(
        suspend=document.get("suspend") is True,
        message=str(document.get("message", "")),
        retry_after=None if after is None else go_duration(str(after)),
    )
