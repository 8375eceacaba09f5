"""Anything in any field: never a crash, never a control character on the terminal, never Ready by accident."""

import copy
import io
import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from hctl.cluster.transport import decode, decode_page
from hctl.diagnosis.conclude import conclude
from hctl.diagnosis.orders import Orders
from hctl.documents.diagnoses import diagnosis_report
from hctl.documents.outputs import Form, Output, spell
from hctl.documents.reports import list_report, status_report
from hctl.drawing.dashboard import dashboard
from hctl.drawing.diagnoses import draw_diagnosis
from hctl.drawing.tables import COLUMNS, Listing, problem_lines, silence_lines, summary_line
from hctl.reading.freshness import State
from hctl.reading.judgement import Judged
from tests.unit.hctl import evidences
from tests.unit.hctl.golden import FRESH, judged, picture
from tests.unit.hctl.requests import NOW, request
from tests.unit.hctl.settings import quick

TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "\x1b[2J\x1b[1;1HReady",
            "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
            "[bold red]Ready[/]",
            "[link=https://evil.example]x[/link]",
            "a\r\nb\tc\x07\x08",
            "\u202egnihtyna\u2066",
            "\x9b31m",
            ":boom:",
            "Ready",
            "True",
            "x" * 3000,
            "…" * 500,
            "界" * 90,
        ]
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(TEXTS, children, max_size=3),
    max_leaves=8,
)
PATHS: list[tuple[str, ...]] = [
    ("metadata",),
    ("metadata", "name"),
    ("metadata", "generation"),
    ("metadata", "creationTimestamp"),
    ("metadata", "labels"),
    ("spec",),
    ("spec", "name"),
    ("status",),
    ("status", "phase"),
    ("status", "message"),
    ("status", "lastReconciled"),
    ("status", "contract"),
    ("status", "contract", "displayName"),
    ("status", "contract", "workloads"),
    ("status", "endpoints"),
    ("status", "endpoints", "api"),
    ("status", "credentials"),
    ("status", "problems"),
    ("status", "health"),
    ("status", "health", "workloads"),
    ("status", "health", "reporter", "lease"),
    ("status", "health", "since"),
    ("status", "conditions"),
    ("kind",),
]


@st.composite
def hostile_requests(draw: st.DrawFn) -> Any:  # noqa: ANN401 - JSON
    found: Any = copy.deepcopy(request(draw(st.sampled_from(["Ready", "Degraded", "Deleting"]))))
    for path in draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=4)):
        here = found
        for key in path[:-1]:
            here = here.get(key) if isinstance(here, dict) else None
        if isinstance(here, dict):
            here[path[-1]] = draw(JSON)
    return found


def _safe(text: str) -> None:
    bad = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char != "\n"}
    assert not bad, bad


def _styled(drawn: object) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, color_system="truecolor", _environ={})
    console.print(drawn)
    return stream.getvalue()


def _everything(entry: Judged) -> str:
    shown = [
        dashboard(entry, NOW, wide=True),
        Listing([entry], COLUMNS, NOW, whole=False),
        Listing([entry], COLUMNS, NOW, whole=True),
        *problem_lines([entry], whole=False),
        *silence_lines([entry]),
        summary_line([entry]),
    ]
    for drawn in shown:
        assert "\x1b]8" not in _styled(drawn)
    texts = [picture(drawn, width) for drawn in shown for width in (40, 200)]
    for form in (Form.JSON, Form.YAML, Form.NAME):
        texts.append(spell(Output(form), status_report(entry), [entry.view.reference]))
        texts.append(spell(Output(form), list_report([entry]), [entry.view.reference]))
    return "".join(texts)


@quick
@given(found=JSON | hostile_requests())
def test_any_json_is_drawn_and_spelled_and_inert(found: object) -> None:
    _safe(_everything(judged(found)))


@quick
@given(found=hostile_requests())
def test_only_what_says_ready_in_every_respect_is_ready(found: dict[str, Any]) -> None:
    entry = judged(found)
    if entry.ready:
        status = found["status"]
        ready = [each for each in status["conditions"] if isinstance(each, dict) and each.get("type") == "Ready"]
        assert status["phase"] == "Ready"
        assert ready
        assert all(each["status"] == "True" for each in ready)
        assert found["metadata"].get("deletionTimestamp") is None
        assert entry.freshness.state is State.FRESH
    else:
        assert entry.exit_code != 0


_PARTS = ("works", "placements", "application", "pods", "controllers", "secrets", "sub_applications")


def _odd(found: Any, value: object, key: str) -> Any:  # noqa: ANN401 - JSON
    """An object with something odd in its metadata, or in the place of its spec and status."""
    if key == "metadata":
        return {
            **found,
            "metadata": {**found["metadata"], "labels": value, "deletionTimestamp": value, "finalizers": value},
        }
    return {
        **found,
        key: value,
        "spec": {"destination": {"name": "media"}, "readinessGates": value, "replicas": value, "nodeName": value},
        "status": {
            "conditions": value,
            "resources": value,
            "containerStatuses": value,
            "operationState": value,
            "health": value,
        },
    }


@quick
@given(data=st.data())
def test_any_evidence_yields_a_diagnosis(data: st.DataObject) -> None:
    found = data.draw(
        hostile_requests() | st.sampled_from([request(phase) for phase in ("Ready", "Degraded", "Deleting")])
    )
    if not (isinstance(found["metadata"], dict) and isinstance(found["metadata"].get("name"), str)):
        found["metadata"] = {"name": "media", "namespace": "vcluster-media"}
    well = evidences.healthy()
    odd = [
        _odd(each, data.draw(JSON), data.draw(st.sampled_from(["metadata", "status", "spec"]))) for each in well.objects
    ]
    world = evidences.World(jobs=[{"metadata": data.draw(JSON), "status": data.draw(JSON)}])
    world.objects = tuple(
        data.draw(st.sampled_from([before, after])) for before, after in zip(well.objects, odd, strict=True)
    )
    diagnosis = conclude(evidences.evidence(found, world, FRESH), Orders())
    _safe(picture(draw_diagnosis(diagnosis), 80))
    _safe(spell(Output(Form.JSON), diagnosis_report(diagnosis), []))


@pytest.mark.parametrize("part", [*_PARTS[:4], "secrets"])
@pytest.mark.parametrize("nothing", [None, [], {}, "text", 7])
def test_an_object_of_the_wrong_shape_is_no_evidence_of_health(part: str, nothing: object) -> None:
    found = getattr(evidences, part.removesuffix("s"))(**({"name": "media-0"} if part == "pods" else {}))
    odd = {key: nothing if key in ("spec", "status") else value for key, value in found.items()}
    odd["metadata"] = {**found["metadata"], "name": "another", "labels": nothing}
    broken: dict[str, Any] = {part: [odd]}
    diagnosis = conclude(evidences.evidence(request("Ready"), evidences.World(**broken), FRESH), Orders())
    assert diagnosis.cause is not None or part in ("works", "placements"), "once ready, Works that wait are only noted"
    for look in diagnosis.looks:
        assert look.verdict.name != "GOOD" or look.title not in {"pods": "Pods", "secrets": "Secret"}.get(part, "")


def test_markup_in_names_and_messages_stays_text() -> None:
    found = request("Degraded", message="[bold]not bold[/bold] :boom: [link=x]y[/link]")
    assert "[bold]not bold[/bold] :boom: [link=x]y[/link]" in picture(dashboard(judged(found), NOW), 200)


def test_commands_quote_whatever_a_name_holds() -> None:
    order = Orders(("--context", "a b")).kubectl("describe", "pod", "x; rm -rf /", namespace="$(id)")
    assert order == "kubectl --context 'a b' describe pod 'x; rm -rf /' -n '$(id)'"


@pytest.mark.parametrize("depth", [60, 1500, 9000])
def test_an_absurdly_deep_object_hides_no_other(depth: int) -> None:
    healthy = msgspec.json.encode(request("Ready"))
    deep = b'{"metadata":{"name":"deep"},"spec":' + b'{"a":[' * (depth // 2) + b"1" + b"]}" * (depth // 2) + b"}"
    page = decode_page(b'{"metadata":{"resourceVersion":"7"},"items":[' + deep + b"," + healthy + b"]}")
    assert [found["metadata"]["name"] for found in page.objects] == ["deep", "media"]
    assert judged(page.objects[1], FRESH).ready
    assert not judged(decode(deep)).ready
