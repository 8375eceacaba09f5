"""Applications that deliver what lies in Git, and hooks that lie there. Pure."""

import json
from collections.abc import Mapping

import yaml

from tests.gitops.manifests import Json, job

__all__ = ["CASCADE", "HERE", "SET", "application", "application_set", "cluster", "hook", "source"]

HERE = "https://kubernetes.default.svc"
"""What Argo CD calls the cluster that it runs in."""

CASCADE = "resources-finalizer.argocd.argoproj.io"
"""With this finalizer an Application takes what it delivered with it."""

SET = {
    "name": "set",
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "ApplicationSet",
    "resource": "applicationsets",
    "scope": "Namespaced",
    "namespace": "argocd",
}
"""What a contract says of an ApplicationSet, but for its name."""


def hook(name: str, phase: str) -> str:
    """Return a Job that runs before or after a sync, and may fail once.

    Args:
        name: Its name.
        phase: PreSync or PostSync.
    """
    annotations = {"argocd.argoproj.io/hook": phase, "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation"}
    return job(name, annotations=annotations)


def source(url: str, path: str = "app") -> Json:
    """Return a source: a folder of the branch main."""
    return {"repoURL": url, "path": path, "targetRevision": "main"}


def application(name: str, namespace: str, spec: Mapping[str, object], **metadata: object) -> Json:
    """Return an Application."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "spec": dict(spec),
    }


def application_set(
    name: str, url: str, namespace: str, *, project: str = "default", label: str = "", **spec: object
) -> Json:
    """Return an ApplicationSet of two Applications, NAME-a and NAME-b, that deliver the same repository.

    Args:
        name: Its name.
        url: Of the repository.
        namespace: Where the Applications deliver to.
        project: Of the Applications.
        label: Of the Applications; empty is the letter of each.
        spec: Further fields of its spec, or in the place of the usual ones.
    """
    delivered = {"source": source(url), "destination": {"server": HERE, "namespace": namespace}}
    template = {
        "metadata": {"name": f"{name}-{{{{ .team }}}}", "labels": {"team": label or "{{ .team }}"}},
        "spec": {"project": project, **delivered},
    }
    usual = {
        "goTemplate": True,
        "goTemplateOptions": ["missingkey=error"],
        "generators": [{"list": {"elements": [{"team": "a"}, {"team": "b"}]}}],
        "template": template,
    }
    return {
        "apiVersion": SET["apiVersion"],
        "kind": SET["kind"],
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {**usual, **spec},
    }


def cluster(name: str, server: str, kubeconfig: str, token: str = "") -> Json:
    """Return the Secret that registers a cluster with Argo CD.

    Args:
        name: What Argo CD calls it.
        server: Its URL.
        kubeconfig: Whose authority and credentials to take.
        token: To log in with, instead of them.
    """
    known = yaml.safe_load(kubeconfig)
    user = known["users"][0]["user"]
    tls = {"caData": known["clusters"][0]["cluster"]["certificate-authority-data"]}
    good = {"certData": user["client-certificate-data"], "keyData": user["client-key-data"]}
    config = {"bearerToken": token, "tlsClientConfig": tls} if token else {"tlsClientConfig": {**tls, **good}}
    labels = {"argocd.argoproj.io/secret-type": "cluster"}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"cluster-{name}", "namespace": "argocd", "labels": labels},
        "stringData": {"name": name, "server": server, "config": json.dumps(config)},
    }
