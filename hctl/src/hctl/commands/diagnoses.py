"""``hctl diagnose NAME``: from the phase to the first cause, and the command to run next."""

from hctl.diagnosis.diagnose import diagnose_request
from hctl.documents.diagnoses import diagnosis_report
from hctl.documents.outputs import parse_output
from hctl.drawing.diagnoses import draw_diagnosis
from hctl.errors import ExitCode
from hctl.session import Session

from .answers import Answers

__all__ = ["diagnose"]


def diagnose(session: Session, reference: str, output: str, *, vcluster: bool = False) -> ExitCode:
    """Diagnose one request.

    Raises:
        HctlError: It cannot be found, or the cluster not be asked.
    """
    answers = Answers(parse_output(output))
    session.open()
    with answers.progress("looking for the request") as progress:
        found = session.find(reference, session.vcluster() if vcluster else None)
        diagnosis = diagnose_request(
            session.transport,
            session.orders,
            found.view,
            found.raw,
            lambda what: progress.say(f"looking at {what}"),
        )
    answers.narrowed((found.collection,))
    answers.say(draw_diagnosis(diagnosis), diagnosis_report(diagnosis), (found.view.reference,))
    return diagnosis.exit_code
