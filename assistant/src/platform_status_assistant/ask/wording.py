"""An answer worded by a language model, if one was asked for: its text is taken only if the facts bear it out.

Whatever goes wrong, the answer by rules stays, and it is said why. Verdict, facts and exit code never are the model's.
"""

from typing import Final

from .documents import Worded
from .facts import Answer
from .model import ModelSettings, reword

__all__ = ["word"]

_KEPT: Final = ("log",)
"""Facts that no model needs, and that may hold anything."""

_MOST_REASONS: Final = 3
_LEADS: Final = {"Yes": "yes", "No,": "no", "No.": "no"}


def word(question: str, answer: Answer, settings: ModelSettings) -> Worded:
    """Let a model word an answer.

    Args:
        question: As it was read.
        answer: The answer by rules.
        settings: Which model.
    """
    facts = [fact for fact in answer.facts if fact.name not in _KEPT]
    context = "\n".join(fact.text for fact in facts)
    # To "is it down?" the rules answer by neither word, and then a model may not either.
    verdict = _LEADS.get(answer.text[:3], "")
    reply = reword(question, context, answer.text, settings, facts=facts, verdict=verdict)
    if reply.rejected:
        return Worded(name=reply.model, rejected="; ".join(reply.rejected[:_MOST_REASONS]))
    return Worded(used=True, name=reply.model, text=reply.text)
