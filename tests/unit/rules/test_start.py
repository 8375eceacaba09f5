"""When Kratix is about to start a pipeline, read from its own status and labels, whatever stands there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_status_contract.rules.workflow import is_about_to_start

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "Pending", "pipelines"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kratix", "workflows", "x"]), inner),
    max_leaves=8,
)
SUSPENDED = {"kratix.io/workflow-suspended": "true"}


def status(*phases: object) -> dict[str, object]:
    entries = [{"name": str(number), "phase": phase} for number, phase in enumerate(phases)]
    return {"kratix": {"workflows": {"pipelines": entries}}}


@pytest.mark.parametrize(
    ("phases", "labels", "starts"),
    [
        (["Pending"], {}, True),
        (["Pending", "Pending"], {}, True),
        (["Succeeded", "Pending"], {}, True),
        (["Pending", "of a later Kratix"], {}, True),
        (["Running"], {}, False),
        (["Running", "Pending"], {}, False),
        (["Succeeded", "Running"], {}, False),
        (["Failed", "Pending"], {}, False),
        (["Succeeded"], {}, False),
        (["Suspended"], SUSPENDED, False),
        (["Suspended", "Pending"], SUSPENDED, False),
        (["Suspended", "Pending"], {}, True),
        (["Pending"], {"kratix.io/paused": "true"}, False),
        (["Pending"], {"kratix.io/paused": "false"}, True),
        ([7, None], {}, False),
        ([], {}, False),
    ],
)
def test_it_is_about_to_start_a_pipeline_where_one_is_next(
    phases: list[object], labels: dict[str, str], *, starts: bool
) -> None:
    assert is_about_to_start(status(*phases), labels) is starts


@given(JSON)
def test_no_status_raises_and_nothing_unreadable_looks_like_a_start(found: object) -> None:
    assert is_about_to_start(found, {}) is False
    assert is_about_to_start({"kratix": {"workflows": {"pipelines": found}}}, {}) is False
