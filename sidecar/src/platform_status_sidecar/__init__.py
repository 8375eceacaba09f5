"""The reconciler sidecar: keeps the status of each request true (design.md sections 3, 5 and 6).

The way of the data is one line, and each step is a package or module:
``watch`` (HTTP in) -> ``decode`` (slim records) -> ``store`` (records and indexes) -> ``observe`` (one request's
facts) -> rules of platform-status-contract -> ``write`` (the planned patch, then HTTP out). ``reconcile`` carries a
request along it in one turn: read, ``decide``, write once; ``observer`` tells what became of the turn.

What belongs here: everything that touches a cluster, a clock or a socket on behalf of the status. What may not: naming
conventions of any Promise (the contract names what to observe) and verdicts (the rules have them). ``decode``,
``observe``, ``facts``, ``decide``, ``write.plan`` and ``write.pace`` import neither urllib3 nor prometheus_client
nor os nor time.
"""

__version__ = "0.1.0"
