"""A double of Kratix, the co-writer of a request's status, implemented from the facts in kratix.md.

Belongs here: Kratix's operations on a request, its Works and its CRD, and the simulated environment (Argo CD, the
sub-requests' Promises, the vcluster chart). May not: code of the sidecar, the rules or the pipeline; the double tests
these, so it must not share their assumptions. Each implemented fact has a self-test; README.md lists them.

Reading order: `status_schema` (the CRD), `conditions` (how Kratix keeps the list), `statuses` (its status writes),
`workload` (Works), `control` (suspend and retry), `job` (one pipeline run), `double` (the controller), `world`.
"""
