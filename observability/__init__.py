"""Monitoring of the platform status: rules, runbooks, dashboard, and checks that compare them with the sidecar.

Belongs here: rules/ (Prometheus rule files, written by hand), alertmanager.yaml (an example), runbooks/ (the
hand-written part of the pages), the code of the dashboard, and `python -m observability`, which generates and checks
manifests/, dashboards/, docs/runbooks/ and the tables of docs/metrics.md; `chain`, the real Prometheus and Alertmanager
that tests and the demo start on loopback; `watched`, that demo, which builds on `make demo` of tools/. May not: code
that runs in a cluster; sidecar, contract and tools do not import this folder.
"""
