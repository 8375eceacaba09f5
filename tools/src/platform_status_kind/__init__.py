"""`make kind-up kind-demo kind-down`: the same journey on a kind cluster with the real Kratix, for people with Docker.

Belongs here: the set-up of that cluster, and its Kratix behind the interface of the journey. May not: any step of the
journey, which is in `platform_status_world` and also runs on the node of `make test-node`. All downloads are pinned in
`commands`.
"""
