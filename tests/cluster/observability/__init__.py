"""From a pod that crashes to the page of whoever is on call: real sidecar, real Prometheus, real Alertmanager."""
