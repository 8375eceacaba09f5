"""A contract for a newer hctl: the status is shown as it stands, nothing is judged, and it is said what to update."""

import pytest

from hctl.diagnosis.conclude import Diagnosis, conclude
from hctl.diagnosis.evidence import Evidence
from hctl.diagnosis.orders import Orders
from hctl.dump.case import Case
from hctl.errors import ExitCode
from hctl.explain.derive import explain
from platform_status_contract.rules.assessment import Verdict
from tests.newer import newer

from .test_dump import loaded
from .test_explain import drawn

_UPDATE = "update the sidecar's image (and hctl) (this is hctl "


def _newer(name: str) -> Case:
    """The case of a request whose contract holds a key that this hctl does not know."""
    case = loaded(name)
    status = case.request["status"]
    status["contract"] = newer(status["contract"], ("workloads",))
    return case


def _diagnosed(case: Case) -> Diagnosis:
    return conclude(Evidence(explain(case), case), Orders())


@pytest.mark.parametrize(("name", "code"), [("ready", ExitCode.READY), ("application-missing", ExitCode.NOT_READY)])
def test_what_a_newer_sidecar_has_written_stands(name: str, code: ExitCode) -> None:
    case = _newer(name)
    found = explain(case)
    assert (found.forecast, found.differences, found.exit_code) == ((), (), code)
    view = found.judged.view
    assert f": {view.phase}  {view.ready_reason}  by the status\n  nothing is judged: status.contract: " in drawn(found)
    assert _UPDATE in found.too_new
    told = _diagnosed(case)
    assert (told.seen, told.cause, told.exit_code) == (None, None, code)
    assert _UPDATE in told.remark


def test_a_sidecar_that_does_not_know_the_key_either_says_so_itself() -> None:
    case = _newer("ready")
    case.request["status"]["phase"] = "Unknown"
    for condition in case.request["status"]["conditions"]:
        if condition["type"] == "Ready":
            condition |= {"status": "Unknown", "reason": "InvalidContract"}
    told = _diagnosed(case)
    assert told.cause is not None
    assert (told.cause.title, told.cause.verdict) == ("Contract", Verdict.UNREADABLE)
    assert told.exit_code is ExitCode.NOT_READY
