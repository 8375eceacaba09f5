"""What watches the platform status: rules, runbooks and dashboard, and the checks that hold them to the sidecar.

Belongs here: rules/ (as Prometheus reads them, written by hand), alertmanager.yaml (an example), runbooks/ (the
hand-written part of the pages), the code of the dashboard, and `python -m observability`, which generates manifests/,
dashboards/, docs/runbooks/ and (`metrics_page`) tables of docs/metrics.md, and checks all of it; and `chain`, the real Prometheus
and Alertmanager that tests and the demo start on loopback; `watched`, that demo, which stands on `make demo` of tools/.
May not: anything that runs in a cluster; sidecar, contract and tools know nothing of this folder.
"""
