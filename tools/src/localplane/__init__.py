"""A real kube-apiserver and etcd on this machine, for the demo and the tests.

Belongs here: building the two binaries, starting and stopping them, a small REST client for them, and the pytest plugin
that provides them to tests. May not: anything of the status contract, its rules or the sidecar, or imports from code
that ships to a cluster.

This module imports nothing, because pytest loads the plugin in every run, also for pure unit tests.
Start at ``localplane.plane.ControlPlane``.
"""
