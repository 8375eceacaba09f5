"""The common base of all real GitOps engines on this machine, without Docker.

Belongs here: a control plane with kube-controller-manager in its own network namespace, the servers of an engine, and
Git repositories for tests to commit to. The code for one engine is in its own package: ``localargocd``, ``localflux``.
May not: anything of the status contract, or imports from code that ships to a cluster.


The network namespace requires root; ``network.why_not`` returns what a machine lacks. Start at
``localgitops.engine.Engine``.
"""
