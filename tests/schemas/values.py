"""Types of JSON values as Python's reader returns them, where a boolean is an integer too."""

import math


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value):
    return is_integer(value) or isinstance(value, float)


def is_amount(value):
    """Returns whether the value is a duration, a size, or a count: finite, and not negative."""
    return is_number(value) and math.isfinite(value) and value >= 0
