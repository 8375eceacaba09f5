"""Everything that talks to Kubernetes, tested against the real API server that tools/ builds and starts."""
