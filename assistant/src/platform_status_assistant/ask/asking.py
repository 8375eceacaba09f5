"""One question against one cluster, from its words to an answer; also for programs other than ``hctl ask``."""

from typing import Final

from hctl.errors import ExitCode
from hctl.session import Session

from .answering import answer
from .answers.nobody import nobody
from .evidence import look_around, look_at_fleet
from .facts import Answer, Verdict
from .hearing import Ear
from .intents import Topic, read_intent
from .names import Meant, Which, find_meant
from .words import Question, read_question

__all__ = ["ask_cluster", "unheard"]

_BARE: Final = 4
"""So many words may be a name and chatter around it."""


def ask_cluster(session: Session, question: str, ear: Ear | None = None) -> tuple[Question, Answer]:
    """Answer a question from a cluster.

    Args:
        session: The cluster.
        question: Any text.
        ear: Prometheus as a second witness; None to do without.

    Returns:
        The question as it was read, and the answer.

    Raises:
        HctlError: The cluster cannot be reached, or does not let us.
    """
    read = read_question(question)
    intent = read_intent(read.words)
    if intent.topic is Topic.OTHER and len(read.words) > _BARE:
        # A name alone is a question too; a long sentence that asks nothing is none, and needs no cluster.
        return read, nobody(Meant(intent, Which.UNNAMED))
    session.open()
    fleet = look_at_fleet(session, read)
    meant = find_meant(read, fleet.views, fleet.kinds)
    return read, answer(meant, look_around(session, meant, fleet, ear))


def unheard(question: str, why: str) -> tuple[str, Answer]:
    """What is answered when the cluster could not be asked: nothing, and why.

    Args:
        question: Any text.
        why: What kept us, in one line.

    Returns:
        The question as it was read, and the answer.
    """
    read = read_question(question)
    text = f"I cannot say: {why}"
    topic = read_intent(read.words).topic
    return read.text, Answer(topic, Verdict.UNKNOWN, text, ExitCode.UNREACHABLE, abstained=why)
