"""A source that does not exist, added to a copy of the contract's package: what that takes, and that it works."""
