"""The assistant against a real API server and a real Prometheus: the evaluation, and texts that mean harm.

Belongs here: the world that the questions are asked about, the ways to ask, the tests. May not: what is expected of an
answer (tests/assistant_evaluation).
"""
