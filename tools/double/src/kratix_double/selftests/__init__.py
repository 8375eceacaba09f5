"""Self-tests of the Kratix double's pure parts: one per fact of kratix.md, whose section each test names."""
