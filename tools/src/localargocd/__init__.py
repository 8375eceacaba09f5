"""The real Argo CD on this machine, without Docker: its controller and repo server beside the control plane.

Here belongs: what Argo CD is made of and how it is set up, on ``localgitops``. Nothing of the status contract may live
here, and nothing that ships to a cluster may import this package. Start at ``localargocd.argocd.LocalArgoCD``.
"""
