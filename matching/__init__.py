"""Match written data needs to data products, with reasons; knows nothing of the marketplace around it."""

from matching.matcher import Matcher, as_demand, as_document
from matching.types import Demand, Document, Kind, Level, Line, Match, Reason, Verdict

__all__ = [
    "Demand",
    "Document",
    "Kind",
    "Level",
    "Line",
    "Match",
    "Matcher",
    "Reason",
    "Verdict",
    "as_demand",
    "as_document",
]
