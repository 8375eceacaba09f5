"""`make demo-observability`: the request of `make demo`, watched by a real Prometheus and a real Alertmanager.

Belongs here: the scenes (it breaks, the alert arrives, it heals, the all-clear arrives, and what `hctl ask` says each
time), how a notification is shown, and the process of `hctl ask`. May not: the chain itself, which is observability/'s,
and whatever puts the request up, which `make demo` has. It runs from the root of the repository, like that one.
"""
