"""The error of the sidecar; errors of API requests are in `platform_status_kube.errors`."""

__all__ = ["SettingsError"]


class SettingsError(Exception):
    """A setting is invalid; the message names the setting and the fix."""
