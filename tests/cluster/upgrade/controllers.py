"""The controllers that this control plane does not have, as far as an upgrade meets them.

Argo CD (the chart, and the finalizer of an Application), cert-manager, the External Secrets Operator, the garbage
collector and the namespace controller: `act` brings everything one step forward.
"""

from localplane.client import Client, Object
from platform_status_kube.errors import NotFoundError

__all__ = ["Controllers"]

_ARGO, _CERTIFICATES, _SECRETS = "argoproj.io/v1alpha1", "cert-manager.io/v1", "external-secrets.io/v1beta1"
_NAMESPACED = (
    ("v1", "ConfigMap"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "Job"),
    (_CERTIFICATES, "Certificate"),
    (_CERTIFICATES, "Issuer"),
    (_SECRETS, "ExternalSecret"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("cilium.io/v2", "CiliumNetworkPolicy"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
)


class Controllers:
    """All of them, for one virtual cluster.

    Args:
        client: Who acts.
        name: Name of the virtual cluster.
    """

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self._name = name
        self._target = f"vcluster-{name}"

    def act(self) -> None:
        """Bring everything one step forward."""
        self._chart()
        self._secrets()
        self._namespace()

    def _chart(self) -> None:
        application = self._client.find(_ARGO, "Application", self._target, namespace="argocd")
        if application is None:
            return
        if "deletionTimestamp" in application["metadata"]:
            self._client.delete("apps/v1", "StatefulSet", self._name, namespace=self._target, missing_ok=True)
            self._unblock(application)
        else:
            labels = {"release": self._name}
            pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "a.invalid/a"}]}}
            spec = {"selector": {"matchLabels": labels}, "serviceName": self._name, "template": pod}
            self._make("apps/v1", "StatefulSet", self._name, self._target, spec=spec)
            claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
            for volume in (f"data-{self._name}-0", f"data-{self._name}-etcd-0"):
                self._make("v1", "PersistentVolumeClaim", volume, self._target, spec=claim)
            self._make("v1", "Secret", f"vc-{self._name}", self._target)

    def _secrets(self) -> None:
        for certificate in self._client.list(_CERTIFICATES, "Certificate", namespace=self._target):
            # As cert-manager does unless it is told to own them: without owner, so the Secret outlives the Certificate.
            self._make("v1", "Secret", certificate["spec"]["secretName"], self._target)
        owner = self._client.find(_SECRETS, "ExternalSecret", f"{self._name}-argocd-cluster", namespace="argocd")
        secret = self._client.find("v1", "Secret", f"cluster-{self._name}", namespace="argocd")
        if owner is None and secret is not None:
            self._client.delete("v1", "Secret", f"cluster-{self._name}", namespace="argocd", missing_ok=True)
        elif owner is not None:
            self._make("v1", "Secret", owner["spec"]["target"]["name"], "argocd")

    def _namespace(self) -> None:
        namespace = self._client.find("v1", "Namespace", self._target)
        if namespace is None or "deletionTimestamp" not in namespace["metadata"]:
            return
        for api_version, kind in _NAMESPACED:
            for item in self._client.list(api_version, kind, namespace=self._target):
                name = item["metadata"]["name"]
                self._client.delete(api_version, kind, name, namespace=self._target, missing_ok=True)
                self._unblock({**item, "apiVersion": api_version, "kind": kind})
        namespace["spec"]["finalizers"] = []
        self._client.replace(namespace, subresource="finalize")

    def _make(self, api_version: str, kind: str, name: str, namespace: str, **rest: object) -> None:
        space = self._client.find("v1", "Namespace", namespace)
        if space is None or "deletionTimestamp" in space["metadata"]:
            return
        if self._client.find(api_version, kind, name, namespace=namespace) is None:
            metadata = {"name": name, "namespace": namespace}
            self._client.create({"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest})

    def _unblock(self, obj: Object) -> None:
        metadata = obj["metadata"]
        if metadata.get("finalizers"):
            patch = {"metadata": {"finalizers": None}}
            try:
                self._client.patch(
                    obj["apiVersion"], obj["kind"], metadata["name"], patch, namespace=metadata["namespace"]
                )
            except NotFoundError:
                return
