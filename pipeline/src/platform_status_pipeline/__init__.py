"""Containers for the resource workflow of a Promise: a request in, output documents and a static status out.

Belongs here: `template` (the StatusContract template and its CEL expressions), `vcluster` (the plan for a
VClusterOrchestratorV2), `kratix` (the folders and the API of a Kratix pipeline), `cli` (the shell that joins them).
May not: live observation (the sidecar's), rules of phases and conditions (the schemas distribution's).
Everything outside `kratix` and `cli` decides without I/O.

Further modules: `arguments`, `containers`, `errors`, `policy`, `problems`, `promise`, `surroundings`, `wait`.
"""

__version__ = "0.1.0"
