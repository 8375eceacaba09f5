"""Is it working? What phase is it in?"""

from platform_status_assistant.ask.answers.health import argo_facts, argo_words, pod_facts, pod_words, sub_app_facts
from platform_status_assistant.ask.facts import Answer, Fact, Verdict
from platform_status_assistant.ask.phrases import called, quoted, reason_words, shown, shown_phase, title
from platform_status_contract.model.vocabulary import Phase, Reason

from .weighing import About

__all__ = ["endpoint_facts", "phase", "sentence", "working"]


_NOW = 'This is how it is now; for what was ask "what changed?" or "since when?", and what will be is not known'


def working(about: About) -> Answer:
    """Say whether it may be used now."""
    notes = (_NOW,) if about.intent.other_time else ()
    facts = about.standing()
    verdict = about.weighed.verdict
    if verdict == Verdict.UNKNOWN and about.weighed.trusted:
        text = f"I cannot say: {about.weighed.because}{_because(about)}."
        return about.answer(verdict, text, [*facts, *_more(about)])
    if verdict == Verdict.UNKNOWN:
        return about.abstain(_last(about), [*facts, *about.cite.generations()])
    opening = {Verdict.YES: "Yes, ", Verdict.NO: "No, "}[verdict] if about.intent.yes_or_no else ""
    if verdict == Verdict.NO:
        young = about.view.phase in (Phase.SCHEDULED, Phase.PROGRESSING, None) and not about.view.deleting
        opening += "not yet: " if opening and young else ""
        return about.answer(verdict, f"{opening}{sentence(about)}", [*facts, *_more(about)], notes)
    more = [*endpoint_facts(about), *pod_facts(about), *argo_facts(about), *sub_app_facts(about)]
    text = f"{opening}{sentence(about)}{_details(about)}"
    return about.answer(verdict, text, [*facts, *more, *about.cite.generations()], notes)


def phase(about: About) -> Answer:
    """Say in which phase it is."""
    view = about.view
    if not about.weighed.trusted:
        return about.abstain(_last(about), about.standing())
    if view.phase is None:
        text = f"{called(view)} has no phase yet: nobody has written one."
        return about.answer(Verdict.NONE, text, about.standing(), because="the status has no phase")
    why = f" ({reason_words(view.ready_reason)})" if view.ready_reason else ""
    said = f": {quoted(view.message)}" if view.message else ""
    return about.answer(Verdict.NONE, f"{called(view)} is in phase {view.phase}{why}{said}.", about.standing())


def sentence(about: About) -> str:
    """How it is, in a sentence that begins in the middle; only for what may be claimed."""
    view = about.view
    subject = called(view)
    if about.judged.ready:
        return f"{subject} is Ready."
    if view.deleting or view.phase is Phase.DELETING:
        return f"{subject} is being deleted."
    if view.ready_reason == Reason.PAUSED:
        return f"{subject} is paused{f': {quoted(view.message)}' if view.message else ''}."
    if view.phase is None:
        return f"{subject} has no phase."
    return f"{subject} is {view.phase}{_because(about)}."


def endpoint_facts(about: About) -> list[Fact]:
    """Where it is; the pipeline wrote that once, and it does not age."""
    return [
        about.cite.status(f"endpoint.{name}", url, f"status.endpoints.{name}", static=True)
        for name, url in about.view.endpoints
    ]


def _because(about: About) -> str:
    reason = f" ({reason_words(about.view.ready_reason)})" if about.view.ready_reason else ""
    return f"{reason}: {quoted(about.view.message)}" if about.view.message else reason


def _details(about: About) -> str:
    """Where it is, its pods, Argo CD, and sub-applications if not all are healthy: the plan's second sentence."""
    parts: list[str] = []
    if about.view.endpoints:
        name, url = about.view.endpoints[0]
        parts.append(f"{title(name)} endpoint: {shown(url)}")
    parts += [words for words in (pod_words(about), argo_words(about)) if words]
    apps = about.view.sub_apps
    if apps is not None and apps.good < apps.total:
        parts.append(f"{apps.good}/{apps.total} sub-applications healthy")
    text = ", ".join(parts)
    return f" {text[:1].upper()}{text[1:]}." if text else ""


def _more(about: About) -> list[Fact]:
    """For what is not ready: the conditions that are not True, and the numbers."""
    facts = [
        fact
        for entry in about.view.conditions
        if entry.owned and entry.status != "True" and entry.type != "Ready"
        for fact in about.condition(entry.type)
    ]
    return [*facts, *pod_facts(about), *argo_facts(about), *sub_app_facts(about), *about.cite.generations()]


def _last(about: About) -> str:
    """The phase that stands there, and how old that may be."""
    return shown_phase(about.view, about.now)
