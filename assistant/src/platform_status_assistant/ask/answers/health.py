"""How many pods, which sub-applications, what does Argo CD say? What nobody could read is not zero."""

from typing import Final

from platform_status_assistant.ask.facts import Answer, Fact, Verdict, called, quoted, reason_words

from .weighing import About

__all__ = ["argo_facts", "argo_words", "argocd", "pod_facts", "pod_words", "pods", "sub_app_facts", "subapps"]

_NAMED: Final = 5


def pods(about: About) -> Answer:
    """Say how many pods are ready, of how many."""
    counts = about.view.workloads
    said = f"{counts.good} of {counts.total} pods of {called(about.view)} are ready" if counts is not None else ""
    return _tell(about, said, "pods", [*pod_facts(about), *about.condition("PodsReady", told=True)], "PodsReady")


def subapps(about: About) -> Answer:
    """Say how many sub-applications are healthy, and which are not."""
    view = about.view
    said = ""
    if view.sub_apps is not None:
        said = f"{view.sub_apps.good} of {view.sub_apps.total} sub-applications of {called(view)} are healthy"
        if not view.sub_apps.total:
            said = f"{called(view)} has no sub-applications"
        if view.unhealthy:
            said += f"; not healthy: {', '.join(_name(name) for name in view.unhealthy[:_NAMED])}"
            more = len(view.unhealthy) - _NAMED
            said += f" and {more} more" if more > 0 else ""
    facts = [*sub_app_facts(about), *about.condition("SubAppsHealthy", told=True)]
    return _tell(about, said, "sub-applications", facts, "SubAppsHealthy")


def argocd(about: About) -> Answer:
    """Say what Argo CD says."""
    view = about.view
    said = ""
    if view.sync or view.health:
        words = [f"sync is {view.sync}" if view.sync else "", f"health is {view.health}" if view.health else ""]
        said = f"Argo CD says of {called(view)}: {', '.join(word for word in words if word)}"
    facts = [*argo_facts(about), *about.condition("ArgoSynced", told=True), *about.condition("ArgoHealthy")]
    return _tell(about, said, "Argo CD Application", facts, "ArgoSynced")


def _tell(about: About, said: str, what: str, facts: list[Fact], kind: str) -> Answer:
    if not about.weighed.trusted:
        return about.abstain(said, facts)
    if said:
        return about.answer(Verdict.NONE, f"{said}{_complaint(about, kind)}.", facts)
    text = f"That is not known: the status of {called(about.view)} says nothing of its {what}"
    text += _complaint(about, kind) or "; its contract may not observe that, or nothing was seen yet"
    return about.answer(Verdict.NONE, f"{text}.", facts, because=f"the status says nothing of its {what}")


def _complaint(about: About, kind: str) -> str:
    found = about.view.condition(kind)
    if found is None or found.status == "True" or not (found.reason or found.message):
        return ""
    why = reason_words(found.reason) if found.reason else found.status
    return f" ({why}" + (f": {quoted(found.message)}" if found.message else "") + ")"


def pod_facts(about: About) -> list[Fact]:
    """Ready pods and pods that count."""
    counts = about.view.workloads
    key = "status.health.workloads"
    return [] if counts is None else _counts(about, "pods", (("ready", counts.good), ("total", counts.total)), key)


def sub_app_facts(about: About) -> list[Fact]:
    """Healthy sub-applications, all of them, and those that are not healthy."""
    counts, key = about.view.sub_apps, "status.health.subApps"
    if counts is None:
        return []
    facts = _counts(about, "subapps", (("healthy", counts.good), ("total", counts.total)), key)
    if about.view.unhealthy:
        facts.append(about.cite.status("subapps.unhealthy", about.view.unhealthy, f"{key}.unhealthy"))
    return facts


def argo_facts(about: About) -> list[Fact]:
    """Sync and health, as Argo CD says."""
    key, view = "status.health.argocd", about.view
    found = (("argocd.sync", view.sync, "syncStatus"), ("argocd.health", view.health, "healthStatus"))
    return [about.cite.status(name, value, f"{key}.{field}") for name, value, field in found if value]


def _counts(about: About, what: str, counts: tuple[tuple[str, int], ...], key: str) -> list[Fact]:
    return [about.cite.status(f"{what}.{field}", number, f"{key}.{field}") for field, number in counts]


def pod_words(about: About) -> str:
    """``all 5/5 pods running``, or how many are ready; empty if that is not known."""
    counts = about.view.workloads
    if counts is None:
        return ""
    if counts.total and counts.good == counts.total:
        return f"all {counts.good}/{counts.total} pods running"
    return f"{counts.good}/{counts.total} pods ready"


def argo_words(about: About) -> str:
    """``Argo CD synced and healthy``, or what else it says; empty if that is not known."""
    sync, health = about.view.sync, about.view.health
    if not (sync or health):
        return ""
    words = {"Synced": "synced", "Healthy": "healthy"}
    return "Argo CD " + " and ".join(words.get(word, _name(word)) for word in (sync, health) if word)


def _name(text: str) -> str:
    plain = text.replace("-", "").replace(".", "").replace("/", "").isalnum()
    return text if plain else quoted(text, 120)
