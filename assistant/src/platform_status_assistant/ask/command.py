"""``hctl ask QUESTION``: what hctl runs when it finds this distribution by its entry point."""

import sys
from enum import StrEnum
from typing import Any

from msgspec import Struct

from hctl.documents.outputs import Form, Output, spell
from hctl.errors import ClusterError, ExitCode, UsageError
from hctl.session import Session
from hctl.target import Target
from hctl.texts import inert
from platform_status_assistant.retrieval.prometheus import Prometheus, PrometheusError

from .asking import ask_cluster, unheard
from .documents import Worded, answer_report
from .hearing import Ear
from .model import ModelSettings
from .spelling import spell_answer
from .wording import word

__all__ = ["Asked", "ask"]

_PATIENCE = 5.0
"""Seconds for one query: a witness that does not answer must not hold the answer up."""


class _Shape(StrEnum):
    TEXT = "text"
    JSON = "json"
    YAML = "yaml"


class Asked(Struct, frozen=True):
    """The options of ``hctl ask``.

    Attributes:
        output: ``text``, ``json`` or ``yaml``.
        prometheus: Address of a Prometheus; empty for none.
        prometheus_token_file: Holds its bearer token; empty for none.
        prometheus_ca_file: Authorities that are trusted for it; empty for those of the machine.
        model: Name of a language model that words the answer; empty for none.
        model_endpoint: Where it answers.
        model_key_file: Holds the key for it; empty for the environment's OPENAI_API_KEY.
        model_ca_file: Authorities that are trusted for it; empty for those of the machine.
    """

    output: str = "text"
    prometheus: str = ""
    prometheus_token_file: str = ""
    prometheus_ca_file: str = ""
    model: str = ""
    model_endpoint: str = ""
    model_key_file: str = ""
    model_ca_file: str = ""


def ask(target: Target, question: str, **options: str) -> ExitCode:
    """Answer a question on standard output.

    Args:
        target: Which cluster, and where in it.
        question: Any text.
        options: Fields of `Asked`.

    Raises:
        HctlError: The options make no sense, or the cluster cannot be asked.
    """
    asked = Asked(**options)
    shape = _shape(asked.output)
    model = _model(asked)
    ear = _ear(asked)
    try:
        read, answer = ask_cluster(Session(target), question, ear)
    except ClusterError as error:
        if shape is not _Shape.TEXT:
            # Whoever asked for a document gets one; the line on standard error comes as well.
            _write(shape, answer_report(*unheard(question, str(error))))
        raise
    worded = word(read.text, answer, model) if model is not None else Worded()
    report = answer_report(read.text, answer, worded)
    if read.cut:
        report["notes"].append("The question is too long; only its beginning was read")
    _write(shape, report)
    return answer.exit_code


def _write(shape: _Shape, report: dict[str, Any]) -> None:
    text = spell_answer(report) if shape is _Shape.TEXT else spell(Output(Form(str(shape))), report, ())
    sys.stdout.write(text)
    sys.stdout.flush()


def _shape(text: str) -> _Shape:
    if text not in _Shape.__members__.values():
        raise UsageError(f"-o {inert(text, 60)}: expected text, json or yaml")
    return _Shape(text)


def _ear(asked: Asked) -> Ear | None:
    if not asked.prometheus:
        if asked.prometheus_token_file or asked.prometheus_ca_file:
            raise UsageError("--prometheus-token-file and --prometheus-ca-file need --prometheus URL")
        return None
    try:
        prometheus = Prometheus(
            asked.prometheus,
            token_file=asked.prometheus_token_file or None,
            ca_file=asked.prometheus_ca_file or None,
            timeout_seconds=_PATIENCE,
        )
    except PrometheusError as error:
        raise UsageError(f"--prometheus: {error}") from error
    return Ear(prometheus)


def _model(asked: Asked) -> ModelSettings | None:
    if bool(asked.model) != bool(asked.model_endpoint):
        raise UsageError("--model NAME and --model-endpoint URL belong together: give both, or none")
    if not asked.model:
        return None
    return ModelSettings(
        endpoint=asked.model_endpoint,
        name=asked.model,
        key_file=asked.model_key_file or None,
        ca_file=asked.model_ca_file or None,
    )
