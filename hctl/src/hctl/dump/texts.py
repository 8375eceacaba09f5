"""A dump as YAML text, and back. What is read back is what was written, whatever was in it."""

from typing import Any

import msgspec
import yaml

from hctl.errors import UsageError
from hctl.texts import inert

from .case import Case, case_of, document_of

__all__ = ["parse_case", "spell_case"]


class _Dumper(yaml.SafeDumper):
    """Spells every object in full: an alias would be refused when it is read back."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


class _Loader(yaml.SafeLoader):
    """Reads JSON's types and no others, and no aliases: a few lines of those can spell more than any memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # PyYAML's types do not say
            raise yaml.composer.ComposerError(None, None, "found an alias; a dump has none", mark)
        return super().compose_node(parent, index)


# A time in a dump is a text, as it is in the cluster.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in known if tag != "tag:yaml.org,2002:timestamp"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def spell_case(case: Case) -> str:
    """Spell a case as one YAML document."""
    return str(yaml.dump(document_of(case), Dumper=_Dumper, sort_keys=False, width=1000))


def parse_case(text: str) -> Case:
    """Read a case.

    Raises:
        UsageError: It is no YAML, or no dump.
    """
    try:
        # Through JSON once, so that nothing is left that no cluster could have said.
        document: Any = msgspec.json.decode(msgspec.json.encode(yaml.load(text, _Loader)))  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise UsageError(f"is not YAML that we accept: {where}{inert(error.problem, 300)}") from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, msgspec.MsgspecError) as error:
        what = "nesting too deep" if isinstance(error, RecursionError) else inert(str(error).partition("\n")[0], 300)
        raise UsageError(f"is not YAML that we accept: {what}") from error
    return case_of(document)
