"""The real Argo CD on this machine, without Docker: its controller and repo server with a control plane.

Belongs here: the programs of Argo CD and their configuration, on top of ``localgitops``. May not: anything of the
status contract, or imports from code that ships to a cluster. Start at ``localargocd.argocd.LocalArgoCD``.
"""
