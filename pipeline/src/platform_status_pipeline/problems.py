"""Problems of a run, as the status takes them: bounded, whatever went wrong."""

from platform_status_contract.template.problems import Problem

__all__ = ["MAX_PROBLEMS", "lines"]

MAX_PROBLEMS = 64
"""The status schema allows no more; the last line then counts the rest."""


def lines(problems: tuple[Problem, ...]) -> list[str]:
    """Write problems as `.status.problems` takes them.

    Args:
        problems: Any number of problems.

    Returns:
        At most 64 lines; if there are more problems the last line says how many.
    """
    every = [problem.line for problem in problems]
    if len(every) <= MAX_PROBLEMS:
        return every
    kept = every[: MAX_PROBLEMS - 1]
    return [*kept, f"and {len(every) - len(kept)} more problems"]
