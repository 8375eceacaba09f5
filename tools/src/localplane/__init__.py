"""A real kube-apiserver and etcd on this machine, for the demo and the tests.

Here belongs: building the two binaries, starting and stopping them, a small REST client to talk to them, and the
pytest plugin that hands them to tests. Nothing of the status contract, its rules or the sidecar may live here, and
nothing that ships to a cluster may import this package.

This module imports nothing, because pytest loads the plugin in every run, also in those of pure unit tests.
Start at ``localplane.plane.ControlPlane``.
"""
