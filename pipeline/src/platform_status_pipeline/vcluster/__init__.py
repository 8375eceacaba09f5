"""The plan for a VClusterOrchestratorV2: what to make for one request, decided without I/O.

Belongs here: presets, names, Helm values, the platform's defaults, the sub-requests, RBAC, network policies, an etcd's
certificates, and what is refused. May not: files, environment, the Kubernetes API, observation.

Modules: `checks`, `defaults`, `etcd`, `exposure`, `merge`, `names`, `namespaced`, `plan`, `presets`,
`subrequests`, `values`.
"""
