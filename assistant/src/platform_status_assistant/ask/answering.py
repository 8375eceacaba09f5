"""Meant and found -> answer: which module answers which topic. Pure."""

from collections.abc import Callable, Mapping
from typing import Final

from .answers.access import login, where
from .answers.causes import why
from .answers.fleet import broken
from .answers.health import argocd, pods, subapps
from .answers.history import changed, checked, since
from .answers.nobody import nobody
from .answers.weighing import About
from .answers.working import phase, working
from .facts import Answer
from .intents import Topic
from .names import Meant, Which
from .seen import Evidence

__all__ = ["answer"]

_ANSWERS: Final[Mapping[Topic, Callable[[About], Answer]]] = {
    Topic.WORKING: working,
    Topic.WHY: why,
    Topic.SINCE: since,
    Topic.CHECKED: checked,
    Topic.WHERE: where,
    Topic.LOGIN: login,
    Topic.CHANGED: changed,
    Topic.PHASE: phase,
    Topic.PODS: pods,
    Topic.SUBAPPS: subapps,
    Topic.ARGOCD: argocd,
}


def answer(meant: Meant, evidence: Evidence) -> Answer:
    """Answer a question.

    Args:
        meant: What it is about.
        evidence: What was found.
    """
    topic = meant.intent.topic
    if topic is Topic.BROKEN and meant.which in (Which.UNNAMED, Which.MANY):
        return broken(meant, evidence)
    if meant.which is not Which.ONE or topic not in _ANSWERS:
        return nobody(meant, evidence.narrowed, evidence.refused)
    return _ANSWERS[topic](About(meant.intent, evidence))
