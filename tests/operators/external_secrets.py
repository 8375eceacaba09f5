"""External Secrets: stores of the provider `fake`, which hold what the scene says, and what is read of them."""

from typing import Final

from tests.gitops.manifests import Json

from .stage import NAMESPACE, Kind, Stage, says

__all__ = ["play"]

_VERSION: Final = "external-secrets.io/v1"
SECRET: Final[Kind] = (_VERSION, "ExternalSecret")
STORE: Final[Kind] = (_VERSION, "SecretStore")
PUSH: Final[Kind] = ("external-secrets.io/v1alpha1", "PushSecret")


def play(stage: Stage) -> None:
    """Record stores, then ExternalSecrets, then PushSecrets."""
    _stores(stage)
    _reading(stage)
    _losing(stage)
    _pushing(stage)


def _stores(stage: Stage) -> None:
    with stage.without_operator():
        stage.make(STORE, "vault", _holding("password", "token"))
        stage.keep("secretstore-just-created", STORE, "vault")
    stage.keep("secretstore-ready", STORE, "vault", says("Ready", "True", "Valid"))
    unreachable = {"server": {"url": "https://127.0.0.1:1"}, "auth": {"serviceAccount": {"name": "nobody"}}}
    stage.make(STORE, "broken", {"provider": {"kubernetes": {**unreachable, "remoteNamespace": "default"}}})
    stage.keep("secretstore-invalid", STORE, "broken", says("Ready", "False"))


def _reading(stage: Stage) -> None:
    with stage.without_operator():
        _external(stage, "ready", "vault", "password")
        stage.keep("externalsecret-just-created", SECRET, "ready")
    stage.keep("externalsecret-ready", SECRET, "ready", says("Ready", "True", "SecretSynced"))
    for name, store, key in (("store-missing", "nobody", "x"), ("store-broken", "broken", "x"), ("key", "vault", "x")):
        _external(stage, name, store, key)
    stage.keep("externalsecret-store-missing", SECRET, "store-missing", says("Ready", "False"))
    stage.keep("externalsecret-store-not-ready", SECRET, "store-broken", says("Ready", "False"))
    stage.keep("externalsecret-key-missing", SECRET, "key", says("Ready", "False"))
    _external(stage, "merged", "vault", "password", target={"creationPolicy": "Merge"})
    stage.keep("externalsecret-target-missing", SECRET, "merged", says("Ready", "True", "SecretMissing"))
    with stage.without_operator():
        stage.edit(SECRET, "ready", {"spec": _reads("vault", "nothing")})
        stage.keep("externalsecret-edited-right-after", SECRET, "ready")
    stage.keep("externalsecret-edited-key-missing", SECRET, "ready", says("Ready", "False"))
    _external(stage, "held", "vault", "password")
    stage.await_(SECRET, "held", says("Ready", "True"), "it is ready")
    stage.keep_deleting("externalsecret-deletion-held", SECRET, "held")


def _losing(stage: Stage) -> None:
    """What happens to one that was ready once its key is gone."""
    stage.make(STORE, "leaking", _holding("password"))
    for name, policy in (("lost", "Retain"), ("deleted", "Delete")):
        _external(stage, name, "leaking", "password", target={"deletionPolicy": policy})
        stage.await_(SECRET, name, says("Ready", "True"), "it is ready")
    stage.edit(STORE, "leaking", {"spec": _holding("token")})
    stage.keep("externalsecret-key-gone", SECRET, "lost", says("Ready", "False"))
    stage.keep("externalsecret-key-gone-secret-deleted", SECRET, "deleted", says("Ready", "True", "SecretDeleted"))


def _pushing(stage: Stage) -> None:
    _push(stage, "sourceless", "nothing")
    stage.keep("pushsecret-source-missing", PUSH, "sourceless", says("Ready", "False"))
    stage.admin.create(
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "source", "namespace": NAMESPACE}, "data": {}}
    )
    _push(stage, "pushed", "source")
    stage.keep("pushsecret-ready", PUSH, "pushed", says("Ready", "True"))


def _holding(*keys: str) -> Json:
    return {"provider": {"fake": {"data": [{"key": key, "value": f"the {key}"} for key in keys]}}}


def _reads(store: str, key: str) -> Json:
    return {
        "secretStoreRef": {"kind": "SecretStore", "name": store},
        "refreshInterval": "2s",
        "data": [{"secretKey": "value", "remoteRef": {"key": key}}],
    }


def _external(stage: Stage, name: str, store: str, key: str, **spec: object) -> None:
    stage.make(SECRET, name, {**_reads(store, key), **spec})


def _push(stage: Stage, name: str, source: str) -> None:
    stores = [{"kind": "SecretStore", "name": "vault"}]
    spec = {"secretStoreRefs": stores, "selector": {"secret": {"name": source}}, "refreshInterval": "2s"}
    stage.make(PUSH, name, spec)
