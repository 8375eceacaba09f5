"""From the JSON of Kubernetes objects to one Observation of a request: slim records, decoders, one reading per source.

The sidecar, ``hctl explain`` and the tests must read the same objects in the same way, so they share this code.

Belongs here: what all sources share, namely records, envelopes, interests, selectors, the `View` that is read, and
`observe`, which lets each source read it. May not: I/O, clocks, where the objects come from (the sidecar's store, a
dump), what one source reads (`sources`), or conclusions (`rules`).

Further modules: `decode`, `facts`, `interest`, `records`, `selectors`, `view`.
"""
