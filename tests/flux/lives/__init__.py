"""The lives: what Flux really does, and what the status says meanwhile. Each module registers its own."""
