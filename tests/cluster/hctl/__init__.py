"""hctl as a process, against a real API server."""
