"""The platform's policy: which requests it refuses. Pure.

Belongs here: the policy reader, the tree of its bounds, the rules for collision-free names, and the evaluator that the
pipeline and hctl share. May not: access to a cluster, a clock, or rules for one kind of request. The pipeline writes
the same bounds as CEL for admission; a test compares the two.

Modules: `judge`, `names`, `paths`, `patterns`, `read`.
"""
