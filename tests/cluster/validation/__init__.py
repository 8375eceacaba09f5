"""`hctl validate` held against the real API server: what the one passes, the other accepts."""
