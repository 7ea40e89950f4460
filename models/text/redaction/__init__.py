"""Personal information in texts: found with place and confidence, replaced by type tokens."""

from models.text.redaction.redact import find_hits, redact, replace, token
from models.text.redaction.scan import Confidence, Hit

__all__ = ["Confidence", "Hit", "find_hits", "redact", "replace", "token"]
