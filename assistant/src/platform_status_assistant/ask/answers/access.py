"""Where is it, and how does one get in? Names only: what is in a Secret never comes near an answer."""

import shlex

from platform_status_assistant.ask.facts import Answer, Fact, Verdict, called, reason_words, shown, title
from platform_status_contract.model.contract import Contract

from .weighing import About
from .working import endpoint_facts

__all__ = ["login", "where"]


def where(about: About) -> Answer:
    """Say its endpoints."""
    view, facts = about.view, endpoint_facts(about)
    if not facts:
        text = f"{called(view)} has no endpoints in its status: its pipeline has not written any (yet)."
        return about.answer(Verdict.NONE, text, (), _caution(about), because="the status names no endpoints")
    listed = ", ".join(f"{title(name)} {shown(url)}" for name, url in view.endpoints)
    return about.answer(
        Verdict.NONE, f"{called(view)} is in namespace {view.namespace}: {listed}.", facts, _caution(about)
    )


def login(about: About) -> Answer:
    """Say which Secret and which item hold the credentials, and how to fetch them."""
    view = about.view
    facts = [
        about.cite.status(f"credential.{name}", value, f"status.credentials.{name}", static=True)
        for name, value in view.credentials
    ]
    secret = _secret(about)
    if not facts and secret is None:
        text = f"{called(view)} has no credentials in its status: its pipeline has not written any (yet)."
        return about.answer(Verdict.NONE, text, (), _caution(about), because="the status names no credentials")
    parts: list[str] = []
    if secret is not None:
        namespace, name = secret
        where_ = "status.contract.secrets[kubeconfig]"
        facts += [
            about.cite.status("credential.namespace", namespace, f"{where_}.namespace", static=True),
            _command(about, namespace, name),
        ]
        parts.append(
            f"its kubeconfig is in Secret {shown(name)} in namespace {shown(namespace)}; fetch it by: {facts[-1].value}"
        )
    else:
        parts += [f"{title(name)} {shown(value)}" for name, value in view.credentials if name != "onePasswordItem"]
    item = dict(view.credentials).get("onePasswordItem")
    if item:
        parts.append(f"The 1Password item is {shown(item)}")
    endpoints = endpoint_facts(about)
    if view.endpoints:
        parts.append(f"{title(view.endpoints[0][0])} endpoint: {shown(view.endpoints[0][1])}")
    facts += [*about.condition("KubeconfigAvailable"), *endpoints[:1]]
    text = f"Credentials of {called(view)}: {'. '.join(parts)}."
    return about.answer(Verdict.NONE, text, facts, [*_missing(about), *_caution(about)])


def _secret(about: About) -> tuple[str, str] | None:
    contract = about.view.contract
    secrets = contract.secrets or () if isinstance(contract, Contract) else ()
    return next(((entry.namespace, entry.name) for entry in secrets), None)


def _command(about: About, namespace: str, name: str) -> Fact:
    """The command that fetches the kubeconfig: whoever runs it sees it, we do not."""
    get = shlex.join(("kubectl", "get", "secret", name, "-n", namespace, "-o", "jsonpath={.data.config}"))
    file = name if name.replace("-", "").replace(".", "").isalnum() else "kubeconfig"
    command = f"{get} | base64 -d > {file}.yaml"
    reference = f"secrets/{name} in {namespace}"
    text = f"command = {command}; concluded from status.contract.secrets of {about.cite.reference}"
    made = about.cite.status("nextCommand", command, "status.contract.secrets", static=True)
    return Fact(made.name, command, f"{text}, which names {reference}", made.source, made.age)


def _missing(about: About) -> list[str]:
    found = about.view.condition("KubeconfigAvailable")
    if found is None or found.status == "True":
        return []
    why = f" ({reason_words(found.reason)})" if found.reason else ""
    return [f"Condition KubeconfigAvailable is {found.status}{why}: it may not be there"]


def _caution(about: About) -> list[str]:
    """Where it is says nothing about whether it works."""
    if about.weighed.because:
        return [f"Whether it works cannot be said: {about.weighed.because}"]
    return [] if about.judged.ready else [f"It is not ready: phase {about.view.phase or 'none'}"]
