"""A real node on this machine, without Docker: kubelet, containerd and runc with the control plane of ``localplane``.

Belongs here: everything needed to run pods, the namespaces around them, and the clean-up. May not: anything of the
status contract, its Promise or its images, or imports from code that ships to a cluster.


Requires root and Linux with cgroups; ``requirements.why_not`` returns what a machine lacks. Start at
``localnode.node.LocalNode``.
"""
