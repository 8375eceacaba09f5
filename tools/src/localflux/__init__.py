"""The real Flux on this machine, without Docker: source-controller and kustomize-controller beside the control plane.

Here belongs: how both are built, set up, started and fed from Git. Nothing of the status contract may live here, and
nothing that ships to a cluster may import this package. What it shares with other engines is in ``localgitops``.

Start at ``localflux.flux.LocalFlux``.
"""
