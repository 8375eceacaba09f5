"""The real Flux on this machine, without Docker: source-controller and kustomize-controller with a control plane.

Belongs here: build, configuration and start of both, and their Git server. May not: anything of the status contract,
or imports from code that ships to a cluster. The code shared with other engines is in ``localgitops``.

Start at ``localflux.flux.LocalFlux``.
"""
