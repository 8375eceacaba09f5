"""JSON of the API server -> slim records.

Each decoder is total: a strict msgspec struct reads what is well formed, field by field and without building the whole
object; whatever does not fit goes through getters that accept any JSON. Rubbish in a field never raises, never drops
the object, and never looks good: a pod whose status is rubbish is a pod that is not ready.

Belongs here: what surrounds objects, requests, and getters over any JSON; the kinds that a source reads are decoded in
its folder. May not: I/O, clocks, decisions about a request.

Modules: `depth`, `envelope`, `lenient`, `requests`.
"""
