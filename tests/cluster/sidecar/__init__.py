"""The sidecar against a real API server."""
