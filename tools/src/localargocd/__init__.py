"""The real Argo CD on this machine, without Docker: its controller and repo server beside the control plane.

Here belongs: how Argo CD is found, set up, started, stopped and fed from Git. Nothing of the status contract may live
here, and nothing that ships to a cluster may import this package.

Needs root, for a network of its own, and Debian's redis-server and git; ``programs.why_not`` says in a sentence what a
machine lacks. Start at ``localargocd.argocd.LocalArgoCD``.
"""
