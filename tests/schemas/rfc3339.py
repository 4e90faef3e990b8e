"""Times of RFC 3339."""

import datetime
import re

TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))")
UNIX_DAY = datetime.date(1970, 1, 1).toordinal()


def unix_ns(text):
    """Returns nanoseconds since 1970. Raises ValueError for a text that is not a time, or not one that exists."""
    match = TIME.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise ValueError(f"not a time of RFC 3339: {text!r}")
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction, sign, *offset = match.groups()[6:]
    offset_hour, offset_minute = (int(part or 0) for part in offset)
    if offset_hour > 23 or offset_minute > 59:
        raise ValueError(f"not an offset: {text}")
    datetime.time(hour, minute, second)
    # datetime begins with the year 1. The calendar repeats after 400 years, which are 146,097 days.
    days = datetime.date(year % 400 + 400, month, day).toordinal() + (year // 400 - 1) * 146097 - UNIX_DAY
    minutes = (offset_hour * 60 + offset_minute) * (-1 if sign == "-" else 1)
    seconds = days * 86400 + hour * 3600 + (minute - minutes) * 60 + second
    return seconds * 10**9 + int((fraction or "").ljust(9, "0"))
