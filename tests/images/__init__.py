"""The built images, not the source tree: what is in them, and that what is in them runs as a pod would run it."""
