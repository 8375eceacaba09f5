"""The Promise itself: what it says about its requests, what Kratix accepts, and the sidecar that goes with it.

Belongs here: reading a Promise, its shape, the sidecar's manifests made from parts. May not: I/O, or anything that
knows one particular Promise.

Modules: `admission`, `bounds`, `facts`, `leaves`, `manifests`, `placement`, `watches`.
"""
