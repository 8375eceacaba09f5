"""The reconciler sidecar: keeps the status of each request up to date (design.md sections 3, 5 and 6).

Data flows in one direction, and each step is a package or module: ``watch`` (HTTP in, decoded once by ``observing``
of platform-status-contract) -> ``store`` (records and indexes) -> ``observing`` again (one request's facts) ->
``rules`` there -> ``write`` (the planned patch, then HTTP out). ``reconcile`` takes a request through these steps in
one turn: read, ``decide``, write once; ``observer`` reports the result of the turn.

What belongs here: everything that uses a cluster, a clock or a socket to maintain the status. What may not: naming
conventions of any Promise (the contract names what to observe) and verdicts (the rules compute them). ``decide``,
``write.plan`` and ``write.pace`` import neither urllib3 nor os nor time.

Further modules: `app`, `clock`, `counts`, `errors`, `events`, `health`, `kinds`, `logs`, `memories`, `metrics`,
`notify`, `outbox`, `outcomes`, `queue`, `serve`, `settings`, `workers`.
"""

__version__ = "0.1.0"
