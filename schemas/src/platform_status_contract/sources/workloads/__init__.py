"""Pods, and the controllers that a contract names."""
