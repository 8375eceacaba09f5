"""From a phase to its first cause: the verdict of the rules on one request, with what a person needs to act on it.

`gather` fetches logs and Jobs (the only module here that does I/O), `conclude` describes the assessments of
`hctl.explain` and chooses the first cause, the modules of `looks` add details of the objects that the rules found at
fault. Nothing here judges: what is good, pending or bad was said by `platform_status_contract.rules`.

Further modules: `diagnose`, `evidence`, `orders`.
"""
