"""kratix.md section 8: workflow-control.yaml."""

from datetime import timedelta

import pytest

from kratix_double.control import WorkflowControl, go_duration, read_control


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("10m", 600), ("1h30m", 5400), ("1.5h", 5400), ("250ms", 0.25), (".5s", 0.5)]
)
def test_a_go_duration_is_read(text: str, seconds: float) -> None:
    assert go_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["1d", "", "10", "1h 30m", "-"])
def test_what_is_no_go_duration_is_refused_even_the_1d_of_the_documentation(text: str) -> None:
    with pytest.raises(ValueError, match="expected a Go duration"):
        go_duration(text)


def test_suspend_and_retry_both_stop_the_workflow_and_neither_does_not() -> None:
    assert read_control("suspend: true\nmessage: wait").stops
    assert read_control("retryAfter: 10s").stops
    assert not read_control("message: hello").stops


def test_the_whole_file_is_read() -> None:
    expected = WorkflowControl(suspend=True, message="wait", retry_after=timedelta(minutes=1))
    assert read_control("{suspend: true, message: wait, retryAfter: 1m}") == expected


def test_a_file_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a mapping, found list"):
        read_control("[1]")
