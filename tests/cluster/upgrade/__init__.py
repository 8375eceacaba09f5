"""The older implementation, a GitOps agent that prunes, and what stands in the cluster at each commit."""
