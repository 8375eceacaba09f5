"""One question against one cluster, from its words to an answer; also for programs other than ``hctl ask``."""

import re
from typing import Final

import msgspec

from hctl.errors import ExitCode
from hctl.session import Session
from hctl.texts import inert

from .answering import answer
from .answers.nobody import nobody
from .evidence import look_around, look_at_fleet
from .facts import Answer, Verdict
from .hearing import Ear
from .intents import Topic, read_intent
from .names import Meant, Which, find_meant
from .vocabulary import CHATTER
from .words import Question, read_question

__all__ = ["ask_cluster", "unheard"]

_SPACE: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\Z")

_BARE: Final = 3
"""So many words may be a kind, a name and a namespace, and nothing else."""


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
    telling = [word for word in read.words if word not in CHATTER]
    if intent.topic is Topic.OTHER and (intent.order or len(telling) > _BARE):
        # A name alone is a question too; a long sentence that asks nothing is none, and needs no cluster.
        return read, nobody(Meant(intent, Which.UNNAMED))
    session.open()
    fleet = look_at_fleet(session, read)
    meant = find_meant(read, fleet.views, fleet.kinds)
    if fleet.narrowed and _SPACE.match(meant.namespace) and meant.namespace not in fleet.narrowed:
        # Not everything may be listed, but the question says where to look.
        session = Session(session.target._replace(namespace=meant.namespace))
        fleet = look_at_fleet(session, read)
        meant = find_meant(read, fleet.views, fleet.kinds)
    if session.target.namespace and not meant.namespace:
        meant = msgspec.structs.replace(meant, namespace=inert(session.target.namespace, 100))
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
