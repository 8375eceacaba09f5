"""`make demo`: one request lives through its phases on a real control plane, and the terminal shows it.

Belongs here: the stage (control plane, CRDs, the Kratix double with the real pipeline, the real sidecar process), the
story that changes the world step by step, and how both are shown. May not: anything that decides a phase; the demo
only watches what the two writers wrote. It runs from the root of the repository, whose Promise and pipeline it shows.
"""
