"""The platform's policy: which requests it refuses. Pure.

Belongs here: reading a policy, the tree of its bounds, names that construction keeps apart, and the one evaluator that
the pipeline and hctl share. May not: a cluster, a clock, or knowledge of one particular kind of requests. The pipeline
writes the same bounds as CEL for admission; a test holds both together.

Modules: `judge`, `legacy`, `names`, `paths`, `patterns`, `read`, `scope`.
"""
