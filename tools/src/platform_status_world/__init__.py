"""The journey of one request through real containers, and its environment; the same on any cluster.

Belongs here: the common code of `make test-node` and the kind lane: Kratix's Jobs, GitOps, a workload of real pods, the
simulated Argo CD, the steps of the journey and the table of containers. May not: the creation of a cluster
(``localnode``, ``platform_status_kind``), or any rule about phases; the journey only changes objects and reads the
status. Like the demo it runs from the root of the repository, whose Promises it installs.

Reading order: `cluster` (the interface of one), `promises`, `shape` (a Job in Kratix's form), `kratix`, `workload`,
`journey`, `ledger` and `report`. `adapter` runs inside containers.
"""
