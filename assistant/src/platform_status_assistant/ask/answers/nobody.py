"""No one request is meant: the name is unknown or not unique, none was named, or it is about something else."""

from collections.abc import Sequence
from typing import Final

from hctl.errors import ExitCode
from platform_status_assistant.ask.facts import Answer, Verdict
from platform_status_assistant.ask.intents import Topic
from platform_status_assistant.ask.names import Meant, Which
from platform_status_assistant.ask.phrases import called, quoted

__all__ = ["nobody"]

_CAN: Final = (
    'I answer questions about requests of golden paths: "is media working?", "why is media not ready?", "since when?", '
    '"where is media?", "how do I log in to media?", "which are broken?", "what changed?", "how many pods?"'
)
_SHOWN: Final = 5


def nobody(meant: Meant, narrowed: Sequence[str] = (), refused: Sequence[str] = ()) -> Answer:
    """Say why there is no answer, and what would lead to one."""
    topic = meant.intent.topic
    notes = []
    if narrowed:
        notes.append(f"You may not list all namespaces; looked into {', '.join(narrowed)} only")
    if refused:
        notes.append(f"You may not list {', '.join(refused)}; what is there is missing here")
    if topic is Topic.OTHER:
        text = (
            f"I cannot do that, I only ever read. {_CAN}." if meant.intent.order else f"I cannot answer that. {_CAN}."
        )
        because = "the question is not about what can be read here"
        return Answer(topic, Verdict.NONE, text, ExitCode.USAGE, abstained=because, notes=tuple(notes))
    because, text = _said(meant)
    return Answer(
        topic, Verdict.NONE, text, ExitCode.USAGE, abstained=because, candidates=meant.candidates, notes=tuple(notes)
    )


def _said(meant: Meant) -> tuple[str, str]:
    where = meant.where
    kind = meant.kind or "request"
    shown = "; ".join(f"{called(view)} in namespace {view.namespace}" for view in meant.candidates[:_SHOWN])
    if meant.which is Which.SEVERAL:
        spaces = {view.namespace for view in meant.candidates}
        example = meant.candidates[0]
        fix = f'say which, such as "... in namespace {example.namespace}", or give -n {example.namespace}'
        if len(spaces) == 1:
            fix = f'name the kind too, such as "the {called(example)}"'
        text = f"Several requests are called that: {shown}; {fix}."
        return "the name is not unique", text
    if meant.which is Which.MANY:
        return "several requests are named", f"I can answer that about one request at a time: {shown}."
    if meant.which is Which.UNKNOWN:
        near = f"; did you mean {shown}?" if shown else "."
        return "nothing has that name", f"There is no {kind} called {quoted(meant.said, 100)}{where}{near}"
    if meant.which is Which.NOTHING or not meant.candidates:
        return "there is nothing to ask about", f"There is no {kind}{where} at all."
    rest = "; and others, see `hctl list`" if len(meant.among) > _SHOWN else ""
    return "no request is named", f"Which {kind} do you mean? There are: {shown}{rest}. Say its name in the question."
