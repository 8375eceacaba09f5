"""The client of API servers.

Belongs here: reading a kubeconfig or the files of a pod, obtaining credentials, sending a request and reading its
response as bytes. May not: the contract or any particular kind, so that every other distribution may use this one.

Modules: `access`, `connection`, `credentials`, `dates`, `entries`, `errors`, `files`, `http_transport`, `kept`,
 `kubeconfig`, `plugin`, `pod`, `proxies`, `transport`.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
