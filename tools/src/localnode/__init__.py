"""A real node on this machine, without Docker: kubelet, containerd and runc beside the control plane of ``localplane``.

Here belongs: what it takes to have pods run, the namespaces they are shut up in, and what puts everything away again.
Nothing of the status contract, its Promise or its images may live here, and nothing that ships to a cluster may import
this package.

Needs root and a Linux with cgroups; ``requirements.why_not`` says in a sentence what a machine lacks. Start at
``localnode.node.LocalNode``.
"""
