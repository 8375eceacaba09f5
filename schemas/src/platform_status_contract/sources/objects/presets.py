"""What is known of kinds that others define: data, a table for each project, no code (see `standard.KindPreset`)."""

from typing import Final

from platform_status_contract.model.objects import PausedWhen
from platform_status_contract.sources.objects.standard import KindPreset, Mark

__all__ = ["FLUX", "PRESETS"]

# Flux 2: source-controller and kustomize-controller 1.9.6, helm-controller 1.x; tried on 2,795 real writes.
#
# Ready False has reasons of its own for what waits and for what comes right by itself; all others are failures, also
# beside Reconciling: a Kustomization that fails never becomes Stalled. A healthy one is Unknown for a moment at every
# interval, a failing one from try to try.

GRACE_SECONDS: Final = 10
"""A Kustomization without health checks takes 0.2 s for a look that finds nothing new, and 99 of 100 take 5.3 s."""

_SUSPENDED: Final = (PausedWhen("spec.suspend", equals=True),)

_PASSING: Final = ("HealthCheckCanceled",)
"""Something newer to apply ends a look at the health of the older, before it has found anything."""

KUSTOMIZATION: Final = KindPreset(
    "flux-kustomization",
    groups=("kustomize.toolkit.fluxcd.io",),
    kinds=("Kustomization",),
    waiting=("DependencyNotReady",),
    young=("SourceNotReady", "ArtifactFailed"),
    fails=True,
    passing=_PASSING,
    checking="is checking health",
    grace=GRACE_SECONDS,
    paused=_SUSPENDED,
    healthy="Healthy",
    applied="is applied; nothing looks at the health of what it applied",
    revisions=(("status.lastAppliedRevision", "status.lastAttemptedRevision"),),
)
"""Without `wait` or health checks Ready means applied: name what it applies as well."""

HELM_RELEASE: Final = KindPreset(
    "flux-helmrelease",
    groups=("helm.toolkit.fluxcd.io",),
    kinds=("HelmRelease",),
    waiting=("DependencyNotReady",),
    young=("SourceNotReady", "ArtifactFailed"),
    fails=True,
    passing=_PASSING,
    updating="",
    grace=GRACE_SECONDS,
    paused=_SUSPENDED,
    revisions=(
        ("status.lastAttemptedRevision", "status.history.0.chartVersion"),
        ("status.lastAttemptedConfigDigest", "status.history.0.configDigest"),
    ),
    cause="Released",
    remedies=("RollbackSucceeded", "RollbackFailed", "UninstallSucceeded", "UninstallFailed"),
    applied="is released; nobody has looked at its pods since",
)
"""helm-controller looks at the health of what it installed once, and never again.

While it installs or upgrades Ready is Unknown and names the action. A new chart or new values from elsewhere leave the
generation as it is: what it tries then differs from what the newest release was made of.
"""

SOURCE: Final = KindPreset(
    "flux-source",
    groups=("source.toolkit.fluxcd.io",),
    young=("SourceUnavailable", "NoSourceArtifact", "NotFound", "NoArtifact"),
    fails=True,
    grace=GRACE_SECONDS,
    paused=_SUSPENDED,
)
"""GitRepository, OCIRepository, HelmRepository, HelmChart, Bucket; of an OCI HelmRepository Flux says nothing.

A HelmChart may be made before what it is built from, which gives the first two reasons, and a GitRepository before one
that it includes.
"""

FLUX: Final = KindPreset("", paused=_SUSPENDED)
"""Every other kind of a group below toolkit.fluxcd.io, such as ImageRepository: the standard rules, and the pause.

It is no preset, because none of these kinds was recorded.
"""

# Crossplane: managed resources, recorded here of provider-kubernetes 1.3.1 (crossplane-runtime 2.4.0). Claims and
# composites follow its API's documentation.
#
# Ready tells whether the external resource is usable, Synced whether Crossplane could write it. Synced False is a
# failure although Ready stays True: what runs is not what the spec asks for. A pause is told by the same condition,
# whether by the annotation or by managementPolicies without any. Ready of a provider bears no generation, Synced does.

RESOURCE: Final = KindPreset(
    "crossplane",
    groups=(".upbound.io", ".crossplane.io"),
    failures=(Mark("Synced", "False", outranks=True),),
    paused_by=(("crossplane.io/paused", "true"),),
    pauses=(Mark("Synced", "False", ("ReconcilePaused",)),),
    dated="Synced",
)
"""A composite or a claim of a group of your own says `ready: {preset: crossplane}`."""

# Cluster API 1.13.6: Cluster and MachineDeployment recorded here, KubeadmControlPlane and the rest from its contract.
#
# Since v1beta2 an object says Available; before that Ready was the summary, and Available one part of it. What belongs
# to a paused Cluster bears no mark of its own but the condition Paused. There is no condition of a failure: not
# available may become available.

CLUSTER_API: Final = KindPreset(
    "cluster-api",
    groups=("cluster.x-k8s.io", ".cluster.x-k8s.io"),
    ready=("Available", "Ready"),
    paused=(PausedWhen("spec.paused", equals=True),),
    paused_by=(("cluster.x-k8s.io/paused", ""),),
    pauses=(Mark("Paused", "True"),),
)

# cert-manager 1.21.2: Certificate, Issuer, ClusterIssuer. Recorded here; it has no pause.
#
# Issuing turns False when an issuance failed, with the reason of whoever refused it: an approver or an issuer of
# others. It is tried again after an hour and more. A certificate that is still valid stays Ready meanwhile.

CERT_MANAGER: Final = KindPreset(
    "cert-manager",
    groups=("cert-manager.io",),
    kinds=("Certificate", "Issuer", "ClusterIssuer"),
    failures=(Mark("Issuing", "False"),),
)

# External Secrets Operator 0.16.2: ExternalSecret, stores, PushSecret. Recorded here; it has no pause.
#
# Ready False means that the last try failed: at first a store, a key or the Secret to push may still come. Ready is
# True as well where there is no Secret, by what the spec says of deletion and creation. No generation is told: after
# an edit it stays as it was until the operator has looked.

EXTERNAL_SECRETS: Final = KindPreset(
    "external-secrets",
    groups=("external-secrets.io",),
    failures=(Mark("Ready", "True", ("SecretDeleted", "SecretMissing"), outranks=True),),
    young=("SecretSyncedError", "Errored"),
    fails=True,
)

# CloudNativePG 1.28.1: Cluster. Recorded here; a scene plays the kubelet and the manager of the instance.
#
# A cluster that is hibernated, or whose reconciliation is switched off, is paused by an annotation. Its conditions bear
# no generation, and Ready names no cause: status.phase and phaseReason do. There is no condition of a failure.

CLOUDNATIVE_PG: Final = KindPreset(
    "cloudnative-pg",
    groups=("postgresql.cnpg.io",),
    kinds=("Cluster",),
    paused_by=(("cnpg.io/hibernation", "on"), ("cnpg.io/reconciliationLoop", "disabled")),
    texts=("status.phase", "status.phaseReason"),
)

# Argo CD 3.6.1: ApplicationSet. Recorded here; an Application has rules of its own, see `argo.judge_application`.
#
# Its conditions carry no generation: they may be about what stood there before an edit. A new one is up to date some
# seconds before a rollout in steps begins, and nothing in it tells that one will.

APPLICATION_SET: Final = KindPreset(
    "argocd-applicationset",
    groups=("argoproj.io",),
    kinds=("ApplicationSet",),
    ready=("ResourcesUpToDate",),
    failures=(Mark("ErrorOccurred", "True", outranks=True),),
    rolling="RolloutProgressing",
    applied="has made its Applications; nothing looks at their health",
    made="status.resources",
)
"""Observe its Applications too, as sub-applications: up to date means written.

One that may make none at all says `ready: {condition: ResourcesUpToDate}`.
"""

# kro 0.9.4: instances, and ResourceGraphDefinitions. Recorded here.
#
# After an edit an instance is Ready before the rollout that it started: Ready means what its readyWhen says. One whose
# kind is of a group of your own says `ready: {preset: kro}`.

KRO: Final = KindPreset(
    "kro",
    groups=("kro.run",),
    paused_by=(("kro.run/reconcile", "suspended"), ("kro.run/reconcile", "disabled")),
)
"""A failed apply and a wait for readiness have one reason, NotReady: before the first Ready both are pending.

`disabled` is what 0.9.0 called a suspended one; later versions take either word.
"""

# Another golden-path request, with the status that this contract describes. Recorded here.
#
# One that is paused or Failed is not ready, and its message says why: either may pass.
# Kratix prunes observedGeneration inside of conditions, so `health.observedGeneration` says what Ready is about.
# Whether the sidecar that writes it still lives cannot be seen in the object.

_OBSERVED: Final = "status.health.observedGeneration"

REQUEST: Final = KindPreset(
    "request",
    revisions=(("status.health.readyGeneration", _OBSERVED),),
    observed=_OBSERVED,
    is_request=True,
)
"""Its group is anybody's, so an entry says `ready: {preset: request}`."""

PRESETS: Final[tuple[KindPreset, ...]] = (
    KUSTOMIZATION,
    HELM_RELEASE,
    SOURCE,
    RESOURCE,
    CLUSTER_API,
    CERT_MANAGER,
    EXTERNAL_SECRETS,
    CLOUDNATIVE_PG,
    APPLICATION_SET,
    KRO,
    REQUEST,
)
"""The first that fits a kind is its preset."""
