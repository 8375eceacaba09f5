"""`make kind-up kind-demo kind-down`: the same journey on a kind cluster with the real Kratix, for people with Docker.

Belongs here: how that cluster comes to be and what is installed on it, and Kratix as the journey wants to see it. May
not: any step of the journey, which is in `platform_status_world` and is the same on the node of `make test-node`.
Everything that is downloaded is pinned in `commands`.
"""
