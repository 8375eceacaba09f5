"""The sidecar under faults: a proxy that breaks what it is told to, and tests of what is left of the truth.

Belongs here: the proxy, its faults, and tests that need them on the real API server. Does not belong here: faults
that a test can bring with a transport in memory (tests/unit/sidecar).
"""
