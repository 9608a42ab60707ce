"""Numbers as people read them: one sensible precision, the unit beside the number, a real minus sign.

Every function gives HTML text that needs no further escape. A value that is absent is an en dash, never a zero.
"""

from __future__ import annotations

from html import escape
from math import isfinite

#: No line breaks between a number and its unit.
GLUE = "\u00a0"
NOTHING = "–"

#: What the plan calls the fates of a block, in words.
FATES = {
    "ai_lease": "AI hall, leased",
    "ai_cloud": "AI hall, own cloud",
    "refresh": "mine, new machines",
    "mining": "mine",
    "hibernate": "stays empty",
}
#: What a block is on the first day.
TODAY = {"mining": "mine", "ai_cloud": "AI hall, own cloud", "empty": "empty land"}

_IRR_STATUS = {
    "ok": "one change of sign, so it is the only one",
    "one_root": "the flows change sign more than once, but only one rate fits",
    "multiple": "several rates fit, so none is given",
    "no_root": "no rate fits",
    "no_sign_change": "cash never turns from out to in, so there is none",
    "not_finite": "the cash has values that are not finite",
}
_TAIL_WORDS = {0.5: "worst half", 0.25: "worst quarter", 0.2: "worst fifth", 0.1: "worst tenth", 0.05: "worst twentieth"}


def text(value: object) -> str:
    """Any words, escaped."""
    return escape(str(value), quote=True)


def number(value: float | None, decimals: int = 0) -> str:
    """``1,234.5`` with thousands grouped; ``−3`` with a minus; an en dash where there is none."""
    if value is None or not isfinite(value):
        return NOTHING
    shown = f"{abs(value):,.{decimals}f}"
    return f"−{shown}" if value < 0 and any(digit in shown for digit in "123456789") else shown


def plain(value: float) -> str:
    """An input as it was given: all its digits, thousands grouped, no trailing zeros."""
    shown = f"{value:,.10f}".rstrip("0").rstrip(".")
    return shown.replace("-", "−")


def usd(value: float | None) -> str:
    """``2.56 B$``, ``503.9 M$``, ``640 k$``: three figures or so, whatever the size."""
    if value is None or not isfinite(value):
        return NOTHING
    size = abs(value)
    for scale, unit in ((1e9, "B$"), (1e6, "M$"), (1e3, "k$")):
        if size >= 0.9995 * scale:
            shown = value / scale
            return number(shown, 2 if abs(shown) < 10 else 1 if abs(shown) < 100 else 0) + GLUE + unit
    return number(value) + GLUE + "$"


def percent(value: float | None, decimals: int = 0) -> str:
    """``12.3 %`` of a fraction."""
    return NOTHING if value is None or not isfinite(value) else number(100 * value, decimals) + GLUE + "%"


def mw(value: float | None, decimals: int = 0) -> str:
    """``1,932 MW``."""
    return NOTHING if value is None else number(value, decimals) + GLUE + "MW"


def years(months: int | None) -> str:
    """``7.8 years`` of a number of months."""
    return NOTHING if months is None else number(months / 12, 1) + GLUE + "years"


def tail(share: float) -> str:
    """The tail in words: ``worst tenth``, ``worst 7 %``."""
    return _TAIL_WORDS.get(round(share, 6), f"worst {percent(share)}")


def irr_status(status: str) -> str:
    """Why an internal rate of return is, or is not, given."""
    return _IRR_STATUS.get(status, text(status))


def words(identifier: str) -> str:
    """``min_dscr`` as ``min dscr``."""
    return text(identifier.replace("_", " "))
