"""Types and documents of requests; pure: no cluster, no file, no clock."""

from hctl.diagnosis.conclude import Diagnosis
from hctl.documents.diagnoses import diagnosis_report
from hctl.documents.explanations import explanation_report
from hctl.documents.outputs import Form, Output, spell
from hctl.documents.reports import API_VERSION, list_report, schema_text, status_report
from hctl.errors import ClusterError, ExitCode, HctlError, UsageError
from hctl.explain.derive import explain
from hctl.reading.judgement import Judged
from hctl.reading.views import RequestView
from hctl.target import Target
from hctl.texts import age_of, count_of, duration, inert

__all__ = [
    "API_VERSION",
    "ClusterError",
    "Diagnosis",
    "ExitCode",
    "Form",
    "HctlError",
    "Judged",
    "Output",
    "RequestView",
    "Target",
    "UsageError",
    "age_of",
    "count_of",
    "diagnosis_report",
    "duration",
    "explain",
    "explanation_report",
    "inert",
    "list_report",
    "schema_text",
    "spell",
    "status_report",
]
