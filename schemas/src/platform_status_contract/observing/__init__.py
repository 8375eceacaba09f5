"""From the JSON of Kubernetes objects to one Observation of a request: slim records, decoders, one reading per source.

The sidecar, ``hctl explain`` and the tests must see the same in the same objects, so seeing is shared, as judging is.

Belongs here: shapes of objects, what of them counts, and `observe`, which reads a `View`. May not: I/O, clocks, where
the objects come from (the sidecar's store, a dump), or what to conclude (`rules`).
"""
