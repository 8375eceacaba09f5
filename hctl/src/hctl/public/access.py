"""Functions with I/O: sessions, lists, and the collection of a verdict or a diagnosis."""

from hctl.cluster.discovery import VCLUSTER, Kind
from hctl.cluster.requests import Collection, judge_all
from hctl.diagnosis.diagnose import diagnose_request
from hctl.dump.collect import collect
from hctl.session import Session

__all__ = [
    "VCLUSTER",
    "Collection",
    "Kind",
    "Session",
    "collect",
    "diagnose_request",
    "judge_all",
]
