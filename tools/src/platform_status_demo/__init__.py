"""`make demo`: the life of one request on a real control plane, shown on the terminal.

Belongs here: the stage (control plane, CRDs, the Kratix double with the real pipeline, the real sidecar process), the
story that changes the cluster step by step, and the output of both. May not: any rule about phases; the demo only
watches what the two writers write. It runs from the root of the repository, with the Promise and pipeline found there.
"""
