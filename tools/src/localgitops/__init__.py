"""What every real GitOps engine on this machine stands on, without Docker.

Here belongs: a control plane with kube-controller-manager in a network of its own, the servers beside it, and Git
repositories that a test commits to. What one engine is made of belongs to its own package: ``localargocd``,
``localflux``. Nothing of the status contract may live here, and nothing that ships to a cluster may import this
package.

Needs root, for the network; ``network.why_not`` says in a sentence what a machine lacks. Start at
``localgitops.engine.Engine``.
"""
