"""Names that would do harm if a page took them for markup or a spreadsheet for a formula."""

from __future__ import annotations

SITE = "<img src=x onerror=alert(1)>"
BLOCK = "=a1&\"'"
CUSTOMER = "<script>alert('cloud')</script>"
SOURCE = 'yearly <b>report</b> & "more"'
