"""The assistant on a real API server."""
