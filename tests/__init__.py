"""What crosses packages: whole lives, golden cases, the Kratix double, and everything on the real API server."""
