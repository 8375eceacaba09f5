"""Errors of this package.

ValidationPackageError
└── UnknownSchemaError    the requested schema does not exist
"""

__all__ = ["UnknownSchemaError", "ValidationPackageError"]


class ValidationPackageError(Exception):
    """Base of all errors that `validation` raises."""


class UnknownSchemaError(ValidationPackageError):
    """There is no schema of that name; the message lists the existing ones."""
