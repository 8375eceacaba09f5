"""What is written about the contract, in the wheel: its reference and the runbooks, generated from docs/.

Belongs here: the generated file and the reading of it. May not: texts written by hand (those are in docs/), a cluster.

Modules: `texts`.
"""
