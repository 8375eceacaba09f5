"""hctl validate: what it finds, where, and that nothing gets past it."""
