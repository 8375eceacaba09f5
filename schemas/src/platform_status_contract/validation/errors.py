"""Errors of this package.

ValidationPackageError
├── UnknownSchemaError    a schema was asked for that does not exist
└── DocumentError         a file could not be read, or does not hold JSON or YAML
"""

__all__ = ["DocumentError", "UnknownSchemaError", "ValidationPackageError"]


class ValidationPackageError(Exception):
    """Base of all errors that `validation` raises."""


class UnknownSchemaError(ValidationPackageError):
    """There is no schema of that name; the message lists those that exist."""


class DocumentError(ValidationPackageError):
    """A document cannot be read; the message says where and what to do.

    Attributes:
        malformed: Whether the text was read but is not JSON or YAML; False if it could not even be read.
    """

    def __init__(self, message: str, *, malformed: bool) -> None:
        super().__init__(message)
        self.malformed = malformed
