"""What can be wrong with the material of a draft.

DraftError                   base: the draft cannot be made from this material
├── CaseTableError           the register of requests lacks a needed column
├── FigureFormError          the figures workbook cannot be used
├── SettlementError          the settlement workbook cannot be used
└── UnbackedSentenceError    a sentence prints a number without a figure, or a claim that a
                             figure contradicts
"""

from __future__ import annotations

from models.errors import InputError


class DraftError(InputError):
    """The draft cannot be made from this material."""

    code = "draft"


class CaseTableError(DraftError):
    """The register of requests lacks a needed column."""

    code = "draft_cases"


class FigureFormError(DraftError):
    """The figures workbook is missing, damaged, or of another year or form."""

    code = "draft_figures"


class SettlementError(DraftError):
    """The settlement workbook is damaged, another file, or holds a row that says nothing."""

    code = "draft_settlement"


class UnbackedSentenceError(DraftError):
    """A sentence whose number no figure backs, or whose claim a figure contradicts."""

    code = "draft_unbacked"
