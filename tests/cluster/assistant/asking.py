"""Asking one question of the evaluation: through the command in this process, or as a process of its own."""

import functools
import io
import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from datetime import UTC, datetime
from typing import Any, NamedTuple

import jsonschema

from hctl.errors import HctlError
from hctl.target import Target
from platform_status_assistant.ask.command import ask as command
from platform_status_assistant.ask.documents import schema_text
from tests.assistant_evaluation.checks import against_expectation, against_refusal
from tests.assistant_evaluation.invariants import against_invariants
from tests.assistant_evaluation.questions import Question
from tests.cluster.hctl.world import hctl

from .world import World

__all__ = ["Asked", "ask", "ask_as_process", "findings"]


class Asked(NamedTuple):
    """What came back.

    Attributes:
        answer: The document; None if an error came in its place.
        error: The line of an error; it comes beside a document too.
        exit_code: What the command ends with.
        moment: When it came.
    """

    answer: Mapping[str, Any] | None
    error: str
    exit_code: int
    moment: datetime


def ask(world: World, question: Question, **options: str) -> Asked:
    """Ask as ``hctl ask -o json`` does, without the time that a process takes to start."""
    setting = world.settings[question.world]
    target = Target(namespace=question.namespace, kubeconfig=str(setting.kubeconfig))
    said, error = io.StringIO(), ""
    try:
        with redirect_stdout(said):
            code = command(target, question.question, output="json", prometheus=setting.prometheus, **options)
    except HctlError as refusal:
        code, error = refusal.exit_code, f"hctl: {refusal}\n"
    return _asked(said.getvalue(), error, code)


def ask_as_process(world: World, question: Question, *words: str) -> Asked:
    """Run ``hctl ask -o json``."""
    setting = world.settings[question.world]
    options = ["--prometheus", setting.prometheus] if setting.prometheus else []
    options += ["-n", question.namespace] if question.namespace else []
    ended = hctl(setting.kubeconfig, "ask", *options, *words, "-o", "json", "--", question.question)
    return _asked(ended.stdout, ended.stderr, ended.returncode)


def _asked(said: str, error: str, code: int) -> Asked:
    return Asked(json.loads(said) if said else None, error, int(code), datetime.now(UTC))


@functools.cache
def _schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema_text()))


def findings(world: World, question: Question, asked: Asked) -> list[str]:
    """Return everything that is wrong with an answer; nothing if it is right."""
    refused = against_refusal(question, asked.error, asked.exit_code) if asked.error else []
    if asked.answer is None:
        return refused or ([] if asked.error else ["it says nothing at all"])
    found = refused + against_expectation(question, asked.answer)
    found += [f"against its own schema: {error.message}" for error in _schema().iter_errors(asked.answer)]
    if asked.exit_code != asked.answer["exitCode"]:
        found.append(f"exit code {asked.exit_code}, and the document says {asked.answer['exitCode']}")
    return found + against_invariants(question, asked.answer, world.objects, asked.moment)
