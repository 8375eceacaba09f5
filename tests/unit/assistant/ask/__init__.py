"""hctl ask without a cluster: what a question means, what is answered from which evidence, and how it is said."""
