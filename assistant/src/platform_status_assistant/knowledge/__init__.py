"""The contract's reference and the runbooks, generated from docs/ into the wheel.

Belongs here: the generated file and its loader. May not: handwritten texts (those are in docs/), a cluster.

Modules: `texts`.
"""
