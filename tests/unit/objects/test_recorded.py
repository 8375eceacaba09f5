"""What real controllers wrote, and what the rules make of it.

A row is a situation: the verdict before the first Ready, the verdict once ready with a good one still standing in the
status, and a text of the message. Where the two differ in nothing the second is left out; a third verdict is the one
after the patience is over. The objects are recorded, the verdicts are thought.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec
import pytest

from platform_status_contract.model.contract import Contract
from platform_status_contract.model.objects import ObjectEntry
from platform_status_contract.model.times import parse_time
from platform_status_contract.model.vocabulary import ConditionStatus, Reason
from platform_status_contract.rules.assessment import Assessment, Situation
from platform_status_contract.rules.clock import Clock
from platform_status_contract.rules.history import History, Remembered
from platform_status_contract.rules.observation import ObjectSeen, Observation, Present
from platform_status_contract.sources.objects.assess import assess_objects

from .operators import OPERATORS
from .recorded import documents, entry_for, names, seen_of
from .verdicts import FAILED, GOING, GOOD, OPEN, PAUSED, SILENT, SPARED, WAITS

EXPECTED: Final[dict[str, tuple[tuple[str, ...], str]]] = OPERATORS | {
    "argocd/applicationset-deletion-held": (GOING, "ApplicationSet application-set is being deleted since 2026-"),
    "argocd/applicationset-edited-and-broken": (FAILED, "RenderTemplateParamsError: failed to execute go template"),
    "argocd/applicationset-generator-error": (FAILED, "ApplicationGenerationFromParamsError: error generating params"),
    "argocd/applicationset-just-created": (SILENT, "has no conditions yet"),
    "argocd/applicationset-project-missing": (FAILED, "references project nobody which does not exist (and 1 more)"),
    "argocd/applicationset-ready": (GOOD, "has made its Applications; nothing looks at their health"),
    "argocd/applicationset-rolling": (OPEN, "ApplicationSet application-set-rolling is being rolled out"),
    "argocd/applicationset-template-error": (FAILED, "RenderTemplateParamsError: failed to execute go template"),
    "flux/apply-failed-invalid-field": (FAILED, "ReconciliationFailed: Deployment/apply-failed/web dry-run failed"),
    "flux/apply-failed-invalid-field-25s-later": (FAILED, "reports ReconciliationFailed: Deployment/invalid/web"),
    "flux/apply-failed-unknown-kind": (FAILED, 'no matches for kind "Nothing"'),
    "flux/apply-failed-unknown-kind-25s-later": (FAILED, 'no matches for kind "Nothing"'),
    "flux/build-failed-bad-yaml": (FAILED, "BuildFailed: failed to decode Kubernetes YAML from app/a.yaml"),
    "flux/build-failed-bad-yaml-25s-later": (FAILED, "failed to decode Kubernetes YAML from badyaml/all.yaml"),
    "flux/controller-down-40s-deployment-deleted": (GOOD, "is ready"),
    "flux/controller-down-40s-spec-edited": (OPEN, "generation 2 that its controller has not looked at"),
    "flux/deletion-waiting-for-held-object": (GOING, "Kustomization held-by-a-finalizer is being deleted since 2026-"),
    "flux/dependency-became-ready": (GOOD, "is ready"),
    "flux/dependency-missing": (WAITS, "DependencyNotReady: dependency 'depends-on/base' not found"),
    "flux/dependency-not-ready": (WAITS, "DependencyNotReady: dependency 'flux-system/dep-a' is not ready"),
    "flux/drift-corrected": (GOOD, "is ready"),
    "flux/drift-deployment-deleted": (GOOD, "is ready"),
    "flux/drift-deployment-recreated": (OPEN, "checking health"),
    "flux/drift-right-after": (GOOD, "is ready"),
    "flux/first-just-created": (SILENT, "has no conditions yet"),
    "flux/first-ready": (GOOD, "Kustomization ready is ready"),
    "flux/first-reconciling-no-ready-yet": (OPEN, "checking health"),
    "flux/first-waiting-for-health": (OPEN, "checking health"),
    "flux/bucket-connection-refused": (FAILED, "BucketOperationFailed: failed to confirm existence of 'app' bucket"),
    "flux/gitrepository-deletion-held": (GOING, "GitRepository git-repository is being deleted since 2026-"),
    "flux/gitrepository-fetching": (OPEN, "reports Progressing: processing object: new generation -1 -> 1"),
    "flux/gitrepository-include-missing": (WAITS, "NotFound: could not get resource for include"),
    "flux/gitrepository-include-no-artifact": (WAITS, "NoArtifact: no artifact available for include"),
    "flux/gitrepository-include-ready": (GOOD, "GitRepository made-of-another-whole is ready"),
    "flux/gitrepository-just-created": (SILENT, "has no conditions yet"),
    "flux/gitrepository-ready": (GOOD, "GitRepository git-repository is ready"),
    "flux/gitrepository-suspended": (PAUSED, "is paused (spec.suspend)"),
    "flux/helmchart-no-artifact": (WAITS, "NoSourceArtifact: no artifact available for GitRepository source"),
    "flux/helmchart-ready": (GOOD, "HelmChart made-of-another is ready"),
    "flux/helmchart-source-missing": (WAITS, "SourceUnavailable: failed to get source: GitRepository"),
    "flux/helmrepository-index-gone": (FAILED, "404 Not Found"),
    "flux/helmrepository-oci": (SILENT, "has no conditions yet"),
    "flux/helmrepository-ready": (GOOD, "HelmRepository further-sources is ready"),
    "flux/ocirepository-connection-refused": (FAILED, "OCIArtifactPullFailed: failed to determine artifact digest"),
    "flux/health-check-failed": (FAILED, "health check failed: timeout waiting for: [Deployment/hc/web status"),
    "flux/health-check-recovered": (GOOD, "is ready"),
    "flux/never-ready-health-check-failed": (FAILED, "HealthCheckFailed: health check failed: timeout waiting for"),
    "flux/never-ready-retrying": (OPEN, "checking health"),
    "flux/never-ready-then-recovered": (GOOD, "is ready"),
    "flux/new-revision-nothing-changed": (GOOD, "is ready"),
    "flux/new-revision-ready": (GOOD, "is ready"),
    "flux/new-revision-rolling-out": (OPEN, "is being updated"),
    "flux/no-wait-ready-while-deployment-has-no-pod-ready": (GOOD, "nothing looks at the health of what it applied"),
    "flux/path-missing": (WAITS, "ArtifactFailed: kustomization path not found: stat no/such: no such file"),
    "flux/path-missing-25s-later": (WAITS, "kustomization path not found: stat no/such: no such file"),
    "flux/prune-held-by-finalizer-3s": (GOOD, "is ready"),
    "flux/ready-then-pods-break-3s": (GOOD, "is ready"),
    "flux/ready-then-pods-break-failed": (FAILED, "HealthCheckFailed"),
    "flux/ready-then-pods-break-then-heal": (GOOD, "is ready"),
    "flux/reconcile-requested-done": (GOOD, "is ready"),
    "flux/reconcile-requested-right-after": (GOOD, "is ready"),
    "flux/resumed": (GOOD, "is ready"),
    "flux/source-branch-back": (GOOD, "GitRepository down is ready"),
    "flux/source-branch-missing": (GOOD, "is ready"),
    "flux/source-branch-missing-30s": (GOOD, "is ready"),
    "flux/source-connection-refused": (GOOD, "is ready"),
    "flux/source-missing-from-start": (WAITS, 'ArtifactFailed: GitRepository.source.toolkit.fluxcd.io "nobody"'),
    "flux/source-object-deleted-3s": (GOOD, "is ready"),
    "flux/source-repository-gone": (GOOD, "is ready"),
    "flux/source-repository-gone-60s": (GOOD, "is ready"),
    "flux/spec-edited-2s-later": (GOOD, "is ready"),
    "flux/spec-edited-back-ready": (GOOD, "is ready"),
    "flux/spec-edited-health-check-failed": (FAILED, "HealthCheckFailed"),
    "flux/spec-edited-right-after": (OPEN, "generation 2 that its controller has not looked at"),
    "flux/spec-edited-to-missing-path": (WAITS, "ArtifactFailed"),
    "flux/spec-edited-waiting-for-health": (OPEN, "checking health"),
    "flux/suspended-from-start": (PAUSED, "is paused (spec.suspend)"),
    "flux/suspended-then-edited-and-broken": (PAUSED, "is paused (spec.suspend)"),
    "flux/suspended-while-ready": (PAUSED, "is paused (spec.suspend)"),
    "flux/suspended-while-reconciling-5s": (PAUSED, "is paused (spec.suspend)"),
    "flux/helmrelease-apply-failed-invalid-field": (WAITS, "SourceNotReady"),
    "flux/helmrelease-apply-failed-invalid-field-30s-later": (FAILED, "InstallFailed: Helm install failed"),
    "flux/helmrelease-chart-missing": (WAITS, "latest generation of object has not been reconciled"),
    "flux/helmrelease-chart-missing-30s-later": (WAITS, "invalid chart reference: stat source/no-such"),
    "flux/helmrelease-deleting-5s": (GOING, "HelmRelease h-del is being deleted since 2026-11-29T00:36:44Z"),
    "flux/helmrelease-dependency-not-ready": (WAITS, "DependencyNotReady"),
    "flux/helmrelease-drift-detection-disabled-40s": (GOOD, "nobody has looked at its pods since"),
    "flux/helmrelease-drift-detection-enabled-40s": (GOOD, "nobody has looked at its pods since"),
    "flux/helmrelease-first-installing": (OPEN, "reports Progressing: Running 'install' action with timeout of 25s"),
    "flux/helmrelease-first-just-created": (SILENT, "has no conditions yet"),
    "flux/helmrelease-first-ready": (GOOD, "is released"),
    "flux/helmrelease-install-retries-exhausted-stalled": (FAILED, "InstallFailed: Helm install failed"),
    "flux/helmrelease-install-timed-out-no-retries": (WAITS, "SourceNotReady"),
    "flux/helmrelease-install-timed-out-no-retries-40s-later": (FAILED, "InstallFailed"),
    "flux/helmrelease-install-timed-out-retrying": (WAITS, "SourceNotReady"),
    "flux/helmrelease-pre-install-hook-failed": (FAILED, "failed pre-install: failed early due to stalled resources"),
    "flux/helmrelease-ready-then-pods-break-65s": (GOOD, "nobody has looked at its pods since"),
    "flux/helmrelease-suspended-then-edited": (PAUSED, "is paused (spec.suspend)"),
    "flux/helmrelease-template-error": (FAILED, "nil pointer evaluating interface"),
    "flux/helmrelease-template-error-30s-later": (FAILED, "nil pointer evaluating interface"),
    "flux/helmrelease-upgrade-failed": (FAILED, "UpgradeFailed"),
    "flux/helmrelease-upgrade-failed-rolled-back": (FAILED, "status: 'InProgress']; then RollbackSucceeded: Helm"),
    "flux/helmrelease-values-edited-right-after": (OPEN, "generation 2 that its controller has not looked at"),
    "flux/helmrelease-values-edited-upgraded": (GOOD, "is released"),
    "flux/helmrelease-values-edited-upgrading": (OPEN, "Progressing: Running 'upgrade' action with timeout of 25s"),
    "kro/controller-down-pod-broken": (GOOD, "is ready"),
    "kro/controller-down-spec-edited": (OPEN, "generation 2 that its controller has not looked at"),
    "kro/instance-after-drift": (GOOD, "is ready"),
    "kro/instance-apply-failed": (WAITS, "spec.replicas: Invalid value: -1"),
    "kro/instance-deletion-stuck": (GOING, "is being deleted since 2026-11-29T00:51:42Z"),
    "kro/instance-edited-waiting": (WAITS, "readyWhen condition evaluated to false"),
    "kro/instance-just-created": (SILENT, "has no conditions yet"),
    "kro/instance-ready": (GOOD, "is ready"),
    "kro/instance-ready-then-pod-unready": (WAITS, "failed to evaluate readyWhen"),
    "kro/instance-rollout-running-old-pods-ready": (GOOD, "is ready"),
    "kro/instance-suspended-edited-and-broken": (PAUSED, "is paused (annotation kro.run/reconcile)"),
    "kro/instance-waiting-for-deployment": (WAITS, "failed to evaluate readyWhen"),
    "kro/resourcegraphdefinition-active": (GOOD, "is ready"),
    "requests/degraded": (WAITS, "reports ObjectFailed: App request is degraded: GitRepository request reports"),
    "requests/deleting": (GOING, "FluxApp request is being deleted since 2026-"),
    "requests/edited": (OPEN, "FluxApp request is being updated"),
    "requests/failed": (WAITS, "reports WorkflowFailed: FluxApp workflow-failed has failed"),
    "requests/just-created": (SILENT, "has no conditions yet"),
    "requests/on-its-way": (WAITS, "reports ObjectNotReady: App request is progressing"),
    "requests/paused": (WAITS, "reports Paused: App request is degraded: Kustomization request is paused"),
    "requests/ready": (GOOD, "FluxApp request is ready"),
    "builtin/cronjob-idle": (GOOD, "is scheduled"),
    "builtin/hpa-just-created": (SILENT, "has no conditions yet"),
    "builtin/hpa-target-0-replicas": (PAUSED, "ScalingDisabled: scaling is disabled since the replica count"),
    "builtin/hpa-target-missing": (WAITS, "FailedGetScale: the HPA controller was unable to get the target"),
    "builtin/job-complete": (GOOD, "has completed"),
    "builtin/job-deadline-exceeded": (FAILED, "DeadlineExceeded: Job was active longer than specified deadline"),
    "builtin/job-failed": (FAILED, "BackoffLimitExceeded: Job has reached the specified backoff limit"),
    "builtin/job-one-pod-failed-retrying": (WAITS, "has no pod that runs"),
    "builtin/job-pod-pending": (WAITS, "is running"),
    "builtin/job-running": (WAITS, "is running"),
    "builtin/job-suspended": (PAUSED, "is suspended"),
    "builtin/namespace-terminating-held-by-finalizer": (GOING, "example.org/hold in 1 resource instances"),
    "builtin/pdb-allows": (GOOD, "is ready"),
    "builtin/pdb-no-pods": (WAITS, "InsufficientPods"),
    "builtin/pv-bound": (GOOD, "is Bound"),
    "builtin/pvc-bound": (GOOD, "is Bound"),
    "builtin/pvc-pending": (WAITS, "is Pending: it waits for a volume, or for the first pod that uses it"),
    "builtin/pvc-pending-wait-for-first-consumer": (WAITS, "is Pending: it waits for a volume, or for the first pod"),
    "builtin/replicaset-0-of-2": (WAITS, "has 0 of 2 pods ready"),
    "builtin/service-loadbalancer-pending": (WAITS, "has no address yet"),
    "controllers/daemonset-0-of-2": (WAITS, "has 0 of 2 pods ready"),
    "controllers/daemonset-1-of-2": (SPARED, "has 1 of 2 pods ready"),
    "controllers/daemonset-complete": (GOOD, "has 2 of 2 pods ready"),
    "controllers/daemonset-just-created": (SILENT, "has no status yet"),
    "controllers/daemonset-matches-no-node": (WAITS, "matches no node"),
    "controllers/daemonset-rollout-running": (SPARED, "has 1 of 2 pods ready"),
    "controllers/deployment-0-replicas": (PAUSED, "is scaled to zero"),
    "controllers/deployment-complete": (GOOD, "has 3 of 3 pods ready"),
    "controllers/deployment-complete-then-all-pods-unready": (WAITS, "has 0 of 4 pods ready"),
    "controllers/deployment-complete-then-one-pod-unready": (WAITS, "has 3 of 4 pods ready"),
    "controllers/deployment-deadline-exceeded-then-complete": (GOOD, "has 2 of 2 pods ready"),
    "controllers/deployment-deleting-held-by-finalizer": (
        GOING,
        "Deployment stuck is being deleted since 2026-11-29T00:27:18Z",
    ),
    "controllers/deployment-just-created": (SILENT, "has no status yet"),
    "controllers/deployment-paused-edited": (PAUSED, "has its rollout paused"),
    "controllers/deployment-paused-ready": (PAUSED, "has its rollout paused"),
    "controllers/deployment-progress-deadline-exceeded": (FAILED, "ProgressDeadlineExceeded"),
    "controllers/deployment-progressing-0-of-3": (WAITS, "has 0 of 3 pods ready"),
    "controllers/deployment-progressing-1-of-3": (WAITS, "has 1 of 3 pods ready"),
    "controllers/deployment-replica-failure-quota": (FAILED, "FailedCreate: pods is forbidden: exceeded quota"),
    "controllers/deployment-rollout-complete": (GOOD, "has 4 of 4 pods ready"),
    "controllers/deployment-rollout-right-after-edit": (OPEN, "generation 3 that its controller has not looked at"),
    "controllers/deployment-rollout-running": (WAITS, "has 3 of 4 pods ready"),
    "controllers/deployment-scaling-up-right-after-edit": (OPEN, "generation 2 that its controller has not looked at"),
    "controllers/statefulset-0-of-3": (WAITS, "has 0 of 3 pods ready"),
    "controllers/statefulset-0-replicas": (PAUSED, "is scaled to zero"),
    "controllers/statefulset-1-of-3": (WAITS, "has 1 of 3 pods ready"),
    "controllers/statefulset-complete": (GOOD, "has 3 of 3 pods ready"),
    "controllers/statefulset-just-created": (SILENT, "has no status yet"),
    "controllers/statefulset-ondelete-complete": (GOOD, "has 3 of 3 pods ready"),
    "controllers/statefulset-ondelete-edited-nothing-rolled": (GOOD, "has 3 of 3 pods ready"),
    "controllers/statefulset-rollout-complete": (GOOD, "has 3 of 3 pods ready"),
    "controllers/statefulset-rollout-running-update-revision-differs": (WAITS, "has 2 of 3 pods ready"),
}

BESIDE: Final = {
    "flux/source-branch-missing": (FAILED, "GitOperationFailed: failed to checkout and determine revision"),
    "flux/source-branch-missing-30s": (FAILED, "couldn't find remote ref"),
    "flux/source-connection-refused": (FAILED, "connect: connection refused"),
    "flux/source-repository-gone": (FAILED, "repository not found"),
    "flux/source-repository-gone-60s": (FAILED, "repository not found"),
    "flux/new-revision-rolling-out": (GOOD, "is ready"),
    "flux/helmrelease-chart-missing": (FAILED, "InvalidChartReference: invalid chart reference: stat source/no-such"),
    "flux/helmrelease-first-ready": (GOOD, "is ready"),
    "flux/helmrelease-template-error": (GOOD, "is ready"),
    "flux/ready-then-pods-break-3s": (WAITS, "has 0 of 1 pods ready"),
    "flux/no-wait-ready-while-deployment-has-no-pod-ready": (SILENT, "has no status yet"),
    "flux/helmrelease-ready-then-pods-break-65s": (WAITS, "has 0 of 1 pods ready"),
    "kro/controller-down-pod-broken": (WAITS, "has 0 of 1 pods ready"),
    "kro/instance-rollout-running-old-pods-ready": (SPARED, "is being rolled out"),
}
"""The source or the Deployment beside the object, where it says something else."""


def situation_of(entry: ObjectEntry, *, ready: bool, now: datetime, unknown: datetime | None = None) -> Situation:
    """Where a request stands that observes one entry, with a good verdict in its status once it was Ready."""
    contract = Contract("v1", 1, "Thing", "media", objects=(entry,))
    good = Remembered(ConditionStatus.TRUE, Reason.OBJECTS_READY, "it was ready", now - timedelta(hours=1))
    history = History(
        conditions={entry.condition: good} if ready else {},
        since={"unknown.objects.thing": unknown} if unknown else {},
    )
    return Situation(contract, history, first_ready=ready, updating=False, overdue=False)


def assess(entry: ObjectEntry, seen: ObjectSeen, situation: Situation, now: datetime) -> Assessment:
    """The assessment of one entry that finds one object."""
    (found,) = assess_objects(Observation(objects=(Present((seen,)),)), situation, Clock(now))
    assert found.condition == entry.condition
    return found


def says(found: Assessment) -> str:
    """A verdict and its reason, as the table spells them."""
    return f"{found.verdict.name.lower()} {found.reason}"


def test_every_recorded_object_has_its_row() -> None:
    assert sorted(names()) == sorted(EXPECTED)


@pytest.mark.parametrize(
    ("name", "place", "expected"),
    [pytest.param(name, 0, row, id=name) for name, row in EXPECTED.items()]
    + [pytest.param(name, 1, row, id=f"beside {name}") for name, row in BESIDE.items()],
)
def test_a_recorded_object_means_what_its_row_says(
    name: str, place: int, expected: tuple[tuple[str, ...], str]
) -> None:
    verdicts, text = expected
    document = documents(name)[place]
    entry = entry_for(document)
    seen = seen_of(document, entry)
    created = parse_time(document["metadata"]["creationTimestamp"])
    assert created is not None
    now = created + timedelta(minutes=5)
    times = [
        parse_time(found["lastTransitionTime"]) for found in (document.get("status") or {}).get("conditions") or ()
    ]
    if verdicts is OPEN:
        now = max([created, *(time for time in times if time is not None)]) + timedelta(seconds=1)
    first = assess(entry, seen, situation_of(entry, ready=False, now=now), now)
    later = assess(entry, seen, situation_of(entry, ready=True, now=now), now)
    assert says(first) == verdicts[0]
    assert says(later) == (*verdicts, verdicts[0])[1]
    assert text in first.message
    if verdicts is OPEN:
        assert later.message == "it was ready"
        over = now + timedelta(days=1)
        last = assess(entry, seen, situation_of(entry, ready=True, now=over, unknown=now), over)
        assert says(last) == verdicts[2]
        assert f"{text} since " in last.message
    assert msgspec.structs.replace(seen) == seen_of(document, entry)
