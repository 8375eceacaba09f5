"""The error of the sidecar; what an API server answers has those of `platform_status_kube.errors`."""

__all__ = ["SettingsError"]


class SettingsError(Exception):
    """What was asked for cannot work; the message names the setting and the fix."""
