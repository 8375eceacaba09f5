"""How we reach an API server.

Here belongs what a kubeconfig says and how its credentials are obtained. No request is sent from here, and nothing here
knows the contract, so that every other distribution may use it.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
