"""The lives: what Argo CD really does, and what the status says meanwhile. Each module registers its own."""
