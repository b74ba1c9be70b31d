"""What works, what does not, and the command that mends it. Looks; changes nothing."""

from voiced.doctor.checks import Check, Examination, is_healthy
from voiced.doctor.effective import EffectiveValue, as_document, effective
from voiced.doctor.examine import examine
from voiced.doctor.privacy import PrivacyFact, privacy

__all__ = [
    "Check",
    "EffectiveValue",
    "Examination",
    "PrivacyFact",
    "as_document",
    "effective",
    "examine",
    "is_healthy",
    "privacy",
]
