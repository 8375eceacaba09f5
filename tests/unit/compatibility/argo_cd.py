"""Argo CD as far as a health script sees it: Lua 5.1 with the base and the table library, and one table in return."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lupa.lua51 import LuaRuntime  # type: ignore[import-untyped]  # a compiled module without stubs

__all__ = ["CODES", "ArgoCD"]

CODES = ("Healthy", "Progressing", "Degraded", "Suspended", "Unknown", "Missing")
"""What Argo CD takes for a health; it replaces anything else by Unknown."""

# Argo CD opens the libraries base, package, table and a safe os; the method syntax of texts needs the string library.
_BARE = """
  debug.setmetatable("", nil)
  for _, name in ipairs({"string", "math", "io", "os", "debug", "coroutine", "package", "require", "python"}) do
    _G[name] = nil
  end
"""


class ArgoCD:
    """Runs one script, over and over."""

    def __init__(self, script: Path) -> None:
        # Compiled first: the binding itself needs what is then taken away.
        self._lua: Any = LuaRuntime(register_eval=False, register_builtins=False, unpack_returned_tuples=True)
        self._script = self._lua.compile(script.read_text())
        self._globals = self._lua.globals()
        self._lua.execute(_BARE)

    def health(self, resource: Mapping[str, object]) -> tuple[str, str]:
        """Return health and message.

        Raises:
            LuaError: If the script fails.
            TypeError: If it returns what Argo CD cannot read.
        """
        self._globals.obj = self._value(resource)
        found = self._script()
        status, message = found.status, found.message
        if not isinstance(status, str) or not isinstance(message, str):
            raise TypeError(f"the script returned {status!r} and {message!r}, expected two texts")
        return status, message

    def _value(self, value: object) -> object:
        """Convert as Argo CD does: every number is a double, and a null in a list is left out."""
        if isinstance(value, Mapping):
            table = self._lua.table()
            for key, entry in value.items():
                table[key] = self._value(entry)
            return table
        if isinstance(value, list):
            return self._lua.table(*(self._value(entry) for entry in value if entry is not None))
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
