#!/usr/bin/env python3
"""Tests that each record has a time in RFC 3339, and that its time and its facts are the same in every schema. Needs no
published definitions.

usage: same_facts_test.py SOURCE_DIR PENSTOCK
"""

import math
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True

import log_events  # noqa: E402
import records_page  # noqa: E402
import rfc3339  # noqa: E402
from values import is_number  # noqa: E402

SOURCE, PENSTOCK = sys.argv[1:]
PAGE = records_page.RecordsPage(pathlib.Path(SOURCE, "docs", "records.md").read_text())
CATALOG = pathlib.Path(SOURCE, "tests", "data", "logs", "catalog.jsonl")
MESSAGES = log_events.catalog(CATALOG) + log_events.objects(PAGE.levels)
MILLISECOND_NS = 10**6
# The unit at the end of a name of schema default, and that of docs/records.md for the name in another schema.
FACTORS = {("Ms", "s"): 1 / 1000, ("MB", "bytes"): 2**20, ("Seconds", "s"): 1}


def records_by_schema():
    # Without the function's version, which otel and ecs would use in place of that of a line.
    return {schema: log_events.records_of(MESSAGES, PENSTOCK, schema, False) for schema in records_page.SCHEMAS}


def in_unit_of(name, other, value, facts):
    """Returns the value of a fact of schema default as another schema has it. facts: all that are in the same object."""
    if other.note == "a list of one":
        return [value]
    if other.note == "a list of one or two":
        return [facts[group] for group in ("logGroup", "centralLogGroup") if group in facts]
    for (own_unit, unit), factor in FACTORS.items():
        if name.name.endswith(own_unit) and other.note == unit:
            return value * factor
    return value


def are_same(left, right):
    if is_number(left) and is_number(right):
        return math.isclose(left, right, rel_tol=1e-12)
    return type(left) is type(right) and left == right


class SameFactsTest(unittest.TestCase):
    def test_each_record_has_a_time_in_rfc_3339_and_the_same_in_every_schema(self):
        records = records_by_schema()
        for index, message in enumerate(MESSAGES):
            times = set()
            for schema in records_page.SCHEMAS:
                record = records[schema][index]
                name = "@timestamp" if schema == "ecs" else "timestamp"
                self.assertIn(name, record, f"{schema}: {message!r}")
                self.assertNotIn(name, record.twice, f"{schema}: {message!r}")
                # A time that the filter does not write itself may be more precise.
                times.add(rfc3339.unix_ns(record[name]) // MILLISECOND_NS)
            self.assertEqual(len(times), 1, f"{message!r}: {[records[schema][index] for schema in records]}")

    def test_each_fact_of_the_default_schema_is_in_every_schema_under_its_name_and_in_its_unit(self):
        records = records_by_schema()
        compared = set()
        for index, message in enumerate(MESSAGES):
            for group, (name, *others) in PAGE.facts:
                if not group or name.name not in records["default"][index].get(group, {}):
                    continue
                # In otel and ecs, an object's own request ID precedes that of the line around the object.
                if name.name == "requestId" and not records["default"][index].keys().isdisjoint(
                        log_events.REQUEST_ID_NAMES):
                    continue
                value = records["default"][index][group][name.name]
                for schema, other in zip(records_page.SCHEMAS[1:], others):
                    record = records[schema][index]
                    members = record[group] if schema == "legacy" else record
                    expected = in_unit_of(name, other, value, records["default"][index][group])
                    self.assertTrue(are_same(members.get(other.name), expected),
                                    f"{message!r}: {other.name} is not {expected}: {record}")
                    compared.add((schema, group, name.name))
        # All but the function's name and version.
        count = sum(1 for group, _ in PAGE.facts if group) - 2
        self.assertEqual(len(compared), 3 * count, "facts of docs/records.md that no record has")
        print(f"{len(MESSAGES)} log events, {count} facts in each schema")

    def test_only_real_times_of_rfc_3339_are_read(self):
        for text, expected in (("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000000001Z", 1),
                               ("1969-12-31T23:59:59.5Z", -(10**9) // 2), ("1970-01-01T01:30:00+01:30", 0),
                               ("2024-02-29T12:00:00Z", 1709208000 * 10**9),
                               ("0000-03-01T00:00:00Z", -62162035200 * 10**9),
                               ("9999-12-31T23:59:59-00:01", 253402300859 * 10**9)):
            self.assertEqual(rfc3339.unix_ns(text), expected, text)
        for text in ("", "1970-01-01", "1970-01-01T00:00Z", "1970-01-01T00:00:00", "1970-01-01T00:00:00,5Z",
                     "1970-01-01 00:00:00Z", "1970-01-01t00:00:00Z", "1970-01-01T00:00:00z", "1970-01-01T24:00:00Z",
                     "1970-01-01T00:00:60Z", "2025-02-29T00:00:00Z", "1970-13-01T00:00:00Z", "1970-01-01T00:00:00.Z",
                     "1970-01-01T00:00:00+0100", "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+01:60", 0, None):
            with self.assertRaises(ValueError, msg=text):
                rfc3339.unix_ns(text)


unittest.main(argv=sys.argv[:1])
