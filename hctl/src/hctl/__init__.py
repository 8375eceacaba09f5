"""hctl: one command answers "is it ready?", for any object with the status contract.

What belongs here, by package; each imports only those above it:

- `texts`, `errors`: words and exit codes.
- `reading`: any JSON of a cluster -> views that are safe to show. Pure and total; `now` is an argument.
- `cluster`: the only package that sends requests to an API server.
- `diagnosis`: fetches evidence about one request (`diagnose`), and derives the first cause from it (pure).
- `documents`: output for scripts: JSON with a schema, YAML, names, JSONPath.
- `validation`: checks files before they are applied, with line and column. Pure, except for the module that reads them.
- `drawing`: output for people: view -> rich. Pure.
- `live`: watching and waiting.
- `session`, `target`: one run against one cluster; also for programs that build on hctl, such as the assistant.
- `commands`: the command line; it makes no decisions.

What may not: a rule about health (those are the contract's), a naming convention, a sibling distribution.

Further modules: `doctor`, `dump`, `explain`, `public`.
"""

__version__ = "0.1.0"
