"""From a phase to its first cause: what surrounds one request, looked at now, and the command to run next.

`gather` fetches what the contract names (the only module here that does I/O), the modules of `looks` read one source
each, `conclude` puts them into an order and chooses the first cause. Nothing here judges health for the status: that is
the contract's rules; here somebody is helped to find what the rules found.
"""
