"""How we reach an API server.

Here belongs what a kubeconfig or a pod says, how credentials are obtained, and how a request is sent and its answer
read, as bytes. Nothing here knows the contract or any kind, so that every other distribution may use it.

Modules: `access`, `connection`, `credentials`, `dates`, `entries`, `errors`, `files`, `http_transport`, `kept`,
 `kubeconfig`, `plugin`, `pod`, `proxies`, `transport`.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
