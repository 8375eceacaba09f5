"""Whole lives of a request under a simulated clock, one story a file.

Belongs here: stories (`*.yaml`), the teller that plays them through the rules, and nothing that talks to a cluster.
"""
