"""What watches the platform status: rules, runbooks and dashboard, and the checks that hold them to the sidecar.

Belongs here: rules/ (as Prometheus reads them, written by hand), alertmanager.yaml (an example), runbooks/ (the
hand-written part of the pages), the code of the dashboard, and `python -m observability`, which generates manifests/,
dashboards/ and docs/runbooks/ and checks all of it; and `chain`, the real Prometheus and Alertmanager that tests and
the demo start on loopback. May not: anything that runs in a cluster; the sidecar and the contract know nothing of this
folder, and this folder nothing of the demo.
"""
