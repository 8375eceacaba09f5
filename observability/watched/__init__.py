"""`make demo-observability`: the request of `make demo`, monitored by a real Prometheus and a real Alertmanager.

Belongs here: the scenes (a failure, the alert, the recovery, the all-clear, and the answers of `hctl ask`), the output
for a notification, and the process of `hctl ask`. May not: the chain, which is observability/chain.py, and the set-up
of the request, which is in `make demo`. Like that one, it runs from the root of the repository.
"""
