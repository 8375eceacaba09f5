"""Objects of a cluster, and what is seen of them."""
