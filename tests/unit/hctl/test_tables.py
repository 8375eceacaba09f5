"""Lists: which columns, in which order, and what gives way on a narrow terminal."""

import pytest

from hctl.drawing.tables import COLUMNS, Listing, choose_columns, sort_requests, summary_line
from hctl.errors import UsageError
from hctl.reading.judgement import Judged
from tests.unit.hctl.golden import SILENT, judged, picture
from tests.unit.hctl.requests import NOW, PHASES, ago, request


def _named(name: str, phase: str = "Ready", namespace: str = "a", created: float = 100) -> Judged:
    found = request(phase, name=name, namespace=namespace)
    found["metadata"]["creationTimestamp"] = ago(created)
    return judged(found)


def test_the_usual_columns_and_all_of_them() -> None:
    assert "KIND" not in [column.name for column in choose_columns("", wide=False, several_kinds=False)]
    assert "KIND" in [column.name for column in choose_columns("", wide=False, several_kinds=True)]
    assert choose_columns("", wide=True, several_kinds=False) == COLUMNS
    assert [column.name for column in choose_columns(" phase, NAME ", wide=False, several_kinds=True)] == [
        "PHASE",
        "NAME",
    ]


@pytest.mark.parametrize("names", ["size", "name,size", ","])
def test_an_unknown_column_names_the_known_ones(names: str) -> None:
    with pytest.raises(UsageError, match="expected some of namespace, name, called, kind, phase"):
        choose_columns(names, wide=False, several_kinds=False)


def test_sorting() -> None:
    entries = [_named("b", "Ready", "z", 5), _named("a", "Failed", "y", 50), _named("c", "Degraded", "x", 500)]
    stale = judged(request("Ready", name="d", namespace="w"), SILENT)

    def order(by: str) -> str:
        return "".join(entry.view.name for entry in sort_requests([*entries, stale], by))

    assert order("name") == "abcd"
    assert order("namespace") == "dcab"
    assert order("phase") == "dacb"
    assert order("age") == "bacd"


def test_name_and_phase_stay_on_the_narrowest_terminal_and_nothing_goes_in_a_pipe() -> None:
    entries = [judged(request(phase)) for phase in PHASES]
    narrow = picture(Listing(entries, COLUMNS, NOW, whole=False), 22)
    assert narrow.splitlines()[0].split() == ["NAME", "PHASE"]
    assert "Progressing" in narrow
    whole = picture(Listing(entries, COLUMNS, NOW, whole=True), 22)
    assert whole.splitlines()[0].split() == [column.name for column in COLUMNS]
    assert "not ready: media-6d5f9c7b8-2kq7x" in whole


def test_wide_characters_take_their_width() -> None:
    entry = judged(
        request("Ready", contract={"version": "v1", "generation": 3, "displayName": "x", "name": "界界", "works": True})
    )
    columns = choose_columns("called,phase", wide=False, several_kinds=False)
    assert picture(Listing([entry], columns, NOW, whole=False), 80) == "CALLED  PHASE\n界界    Ready\n"


def test_the_summary_counts() -> None:
    entries = [_named("a"), _named("b", "Failed"), judged(request("Ready"), SILENT)]
    assert summary_line(entries).plain == "3 requests: 1 ready, 1 Failed, 1 not to be trusted"
    assert summary_line(entries[:1]).plain == "1 request: 1 ready"
    assert summary_line([]).plain == "No request of any golden path."
