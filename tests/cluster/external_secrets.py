"""The CRDs of the External Secrets Operator, out of the Go module cache; none is part of this repository."""

from localplane.crds import ForeignCrd

__all__ = ["EXTERNAL_SECRETS"]

_ESO = ("github.com/external-secrets/external-secrets", "v0.20.4")
_BASES = "config/crds/bases/external-secrets.io_"
EXTERNAL_SECRETS = (
    ForeignCrd(
        "externalsecret",
        *_ESO,
        f"{_BASES}externalsecrets.yaml",
        "7fb31305a2bb3f45460a8481c038f48c33fc39e19bbe4ca546d18ded12b4dbde",
    ),
    ForeignCrd(
        "pushsecret",
        *_ESO,
        f"{_BASES}pushsecrets.yaml",
        "bc6ff6c92e28607cfa6ce7d055c6607d0dce9b5bd788a7409928cd86e707bc06",
    ),
    ForeignCrd(
        "secretstore",
        *_ESO,
        f"{_BASES}secretstores.yaml",
        "c5fdf7e39c64fb3799d05c4ce62fca609778380a024be74659bda94a8dbcfed0",
    ),
)
