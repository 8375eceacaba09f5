"""The journey of one request through real containers, and the world that it needs; told once, for any cluster.

Belongs here: what `make test-node` and the kind lane share: Kratix's Jobs, GitOps, a workload of real pods, Argo CD's
part, the steps of the journey and the table of what ran. May not: how a cluster comes to be (``localnode``,
``platform_status_kind``), or anything that decides a phase; the journey only changes the world and reads the status.
Like the demo it runs from the root of the repository, whose Promises it installs.

Reading order: `cluster` (what is asked of one), `promises`, `shape` (a Job as Kratix makes it), `kratix`, `workload`,
`journey`, `ledger` and `report`. `adapter` runs inside containers.
"""
