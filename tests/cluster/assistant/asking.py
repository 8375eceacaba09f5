"""Asking one question of the evaluation: as a process, which is what people do."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tests.assistant_evaluation.checks import against_expectation
from tests.assistant_evaluation.invariants import against_invariants
from tests.assistant_evaluation.questions import Question
from tests.cluster.hctl.world import hctl

from .world import World

__all__ = ["Asked", "ask_as_process", "findings"]


class Asked(NamedTuple):
    """What came back.

    Attributes:
        answer: The document.
        moment: When it came.
    """

    answer: Mapping[str, Any]
    moment: datetime


def ask_as_process(world: World, question: Question, *words: str) -> Asked:
    """Run ``hctl ask``; its exit code must be the one that the document names."""
    setting = world.settings[question.world]
    options = ["--prometheus", setting.prometheus] if setting.prometheus else []
    options += ["-n", question.namespace] if question.namespace else []
    ended = hctl(setting.kubeconfig, "ask", *options, *words, "-o", "json", "--", question.question)
    assert ended.stdout, ended.stderr
    answer = json.loads(ended.stdout)
    assert ended.returncode == answer["exitCode"], f"{question.id}: exit code {ended.returncode}, {answer}"
    return Asked(answer, datetime.now(UTC))


def findings(world: World, question: Question, asked: Asked) -> list[str]:
    """Return everything that is wrong with an answer; nothing if it is right."""
    expected = against_expectation(question, asked.answer)
    return expected + against_invariants(question, asked.answer, world.objects, asked.moment)
