"""The plan for a VClusterOrchestratorV2: what to make for one request, decided without I/O.

Belongs here: presets, names, Helm values, the sub-requests, RBAC, network policies, and what is refused. May not:
files, environment, the Kubernetes API, observation.

Modules: `checks`, `exposure`, `merge`, `names`, `namespaced`, `plan`, `presets`, `quantities`, `settings`,
`subrequests`, `values`.
"""
