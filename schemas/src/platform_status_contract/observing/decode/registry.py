"""Which decoder reads which kind."""

from collections.abc import Mapping
from typing import TypeAlias

from platform_status_contract.observing.records import Record
from platform_status_contract.observing.sources import KIND_OF_CONTROLLER, Source

from .applications import decode_application
from .controllers import controller_decoder
from .envelope import Reader
from .pods import decode_pod
from .requests import decode_request
from .secrets import decode_secret
from .works import decode_placement, decode_work

__all__ = ["DECODERS", "Decoder"]

Decoder: TypeAlias = Reader[Record]
"""Valid JSON of one object -> its record; None only without a name."""

DECODERS: Mapping[Source, Decoder] = {
    Source.REQUESTS: decode_request,
    Source.APPLICATIONS: decode_application,
    Source.PODS: decode_pod,
    Source.WORKS: decode_work,
    Source.WORK_PLACEMENTS: decode_placement,
    Source.SECRETS: decode_secret,
    **{source: controller_decoder(kind) for kind, source in KIND_OF_CONTROLLER.items()},
}
"""One line per kind."""
