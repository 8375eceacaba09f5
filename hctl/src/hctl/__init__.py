"""hctl: one command answers "is it ready?", for anything that carries the status contract.

What belongs here, by package; each knows only those above it:

- `texts`, `errors`: words and exit codes.
- `reading`: any JSON of a cluster -> what a person may be told. Pure and total; `now` is an argument.
- `cluster`: the only package that talks to an API server.
- `diagnosis`: evidence around one request (`gather` fetches it), and from there to the first cause (pure).
- `documents`: what scripts read: JSON with a schema, YAML, names, JSONPath.
- `validation`: files before they are applied: what is wrong, and where. Pure, but for the module that reads.
- `drawing`: what people read: view -> rich. Pure.
- `live`: watching and waiting.
- `session`, `target`: one run against one cluster; also for programs that stand on hctl, as the assistant does.
- `commands`: the command line; nothing is decided there.

What may not: a rule about health (those are the contract's), a naming convention, a sibling distribution.

Further modules: `doctor`, `dump`, `explain`, `public`.
"""

__version__ = "0.1.0"
