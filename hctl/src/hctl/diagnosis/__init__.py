"""Derives the first cause of a phase from the verdict of the rules on one request, with the details to act on it.

`diagnose` fetches Jobs, logs and events (the only module here that does I/O), `conclude` describes the assessments of
`hctl.explain` and chooses the first cause, and the modules of `looks` add details of the objects at fault. Nothing here
assesses: `platform_status_contract.rules` decides what is good, pending or bad.

Further modules: `evidence`, `orders`.
"""
