"""A double of Kratix: the co-writer of a request's status, played after the facts of kratix.md.

Belongs here: what Kratix does to a request, its Works and its CRD, and a world (Argo CD, the sub-requests' Promises,
the vcluster chart) for it to act in. May not: anything of the sidecar, the rules or the pipeline; those are what the
double tests, so it must not share their opinions. Each fact that is played has a self-test; README.md lists them.

Reading order: `status_schema` (the CRD), `conditions` (how Kratix keeps the list), `statuses` (what it writes when),
`workload` (Works), `control` (suspend and retry), `job` (one pipeline run), `double` (the controller), `world`.
"""
