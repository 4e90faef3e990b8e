#!/usr/bin/env python3
"""Tests that records of schema otel fit OpenTelemetry's data model of logs and its semantic conventions, and that the
checker finds those that do not.

usage: otel_test.py SOURCE_DIR PENSTOCK FOLDER_OF_PYPI
"""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True

import log_events  # noqa: E402
import published  # noqa: E402
import records_page  # noqa: E402

SOURCE, PENSTOCK, FOLDER = sys.argv[1:]
published.require(FOLDER)
sys.path.insert(0, str(pathlib.Path(FOLDER, "packages")))

import otel  # noqa: E402

TEXT = pathlib.Path(SOURCE, "docs", "records.md").read_text()
PAGE = records_page.RecordsPage(TEXT)
CONVENTIONS = otel.Conventions(pathlib.Path(FOLDER, "packages"))
CHECKER = otel.OtelChecker(PAGE, CONVENTIONS)
CATALOG = pathlib.Path(SOURCE, "tests", "data", "logs", "catalog.jsonl")


class OtelTest(unittest.TestCase):
    def test_names_without_a_mark_are_opentelemetrys_and_marked_ones_are_not(self):
        self.assertEqual(CHECKER.problems_of_names(), [])

    def test_each_record_is_a_log_record_with_the_names_and_types_of_the_conventions(self):
        messages = log_events.catalog(CATALOG) + log_events.objects(PAGE.levels)
        seen = set()
        for function_fields in (True, False):
            records = log_events.records_of(messages, PENSTOCK, "otel", function_fields)
            for message, record in zip(messages, records):
                self.assertEqual(CHECKER.problems(record), [], f"{message!r} became {record}")
                seen.update(record)
        self.assertEqual(seen, set(PAGE.names["otel"]), "names of docs/records.md that no record has")
        print(f"{len(messages)} log events, each with and without function_fields; {len(seen)} names")


class CheckerTest(unittest.TestCase):
    RECORD = ('{"timestamp":"2025-10-09T08:53:20.025Z","severity_text":"WARN","severity_number":13,"body":"b",'
              '"faas.invoke_duration":0.02461,"faas.mem_usage":60817408,"aws.xray.sampled":true,"error.type":"E",'
              '"attributes":{"a":[1,null,{"b":1e999}]},"aws.log.group.names":["g"]}')

    def problems(self, old="", new=""):
        assert old in self.RECORD
        return CHECKER.problems(log_events.read_record(self.RECORD.replace(old, new, 1).encode()))

    def rejects(self, old, new, expected):
        found = self.problems(old, new)
        self.assertTrue(any(expected in problem for problem in found), f"{expected} is not in {found}")

    def test_a_right_record_is_accepted_as_the_log_record_that_it_is(self):
        self.assertEqual(self.problems(), [])
        out = otel.log_record(log_events.read_record(self.RECORD.encode()))
        self.assertEqual(out.time_unix_nano, 1760000000025000000)
        self.assertEqual((out.severity_text, out.severity_number, out.body.string_value), ("WARN", 13, "b"))
        values = {attribute.key: attribute.value for attribute in out.attributes}
        self.assertEqual(values["faas.mem_usage"].int_value, 60817408)
        self.assertEqual(values["faas.invoke_duration"].double_value, 0.02461)
        self.assertEqual(values["aws.log.group.names"].array_value.values[0].string_value, "g")
        self.assertEqual(len(values["a"].array_value.values), 3)

    def test_a_wrong_name_is_found(self):
        self.rejects("faas.mem_usage", "faas.memory", "faas.memory is not in docs/records.md")
        self.rejects('"body"', '"message"', "message is not in docs/records.md")
        self.rejects("error.type", "aws.log.group.names", "aws.log.group.names occurs twice")

    def test_a_wrong_type_is_found(self):
        for old, new, name in (("60817408", '"58"', "faas.mem_usage"), ("60817408", "true", "faas.mem_usage"),
                               ("0.02461", "1e999", "faas.invoke_duration"), ("0.02461", "-1", "faas.invoke_duration"),
                               ('["g"]', '"g"', "aws.log.group.names"), ('["g"]', "[]", "aws.log.group.names"),
                               ('["g"]', "[7]", "aws.log.group.names"), ('"E"', "null", "error.type"),
                               ('"E"', '""', "error.type"), ("true", '"true"', "aws.xray.sampled"),
                               ('"b"', "7", "body"), ("13", "13.5", "severity_number"),
                               ('{"a":[1,null,{"b":1e999}]}', '"a"', "attributes")):
            self.rejects(old, new, f"{name} has a value of another type")

    def test_a_wrong_severity_is_found(self):
        for wrong in ("12", "17", "0", "25", '"13"', "true"):
            self.rejects("13", wrong, "of WARN is not in 13 to 16")
        self.rejects("WARN", "CRITICAL", "severity_number 13 of CRITICAL is not in 21 to 24")
        self.rejects(',"severity_number":13', "", "severity_number None of WARN is not in 13 to 16")
        self.rejects('"WARN"', '"LEVEL 25"', "severity_number 13 without a known severity_text: 'LEVEL 25'")
        self.rejects('"severity_text":"WARN",', "", "severity_number 13 without a known severity_text: None")

    def test_a_wrong_time_is_found(self):
        for wrong in ("1760000000025", '"2025-10-09 08:53:20Z"', '"2025-10-09T08:53:20"', '"2025-02-29T08:53:20Z"',
                      '"2025-10-09T08:53:60Z"', '"2025-10-09t08:53:20z"', '"2025-10-09T08:53:20+0200"', '""'):
            self.rejects('"2025-10-09T08:53:20.025Z"', wrong, "not a LogRecord: ValueError")
        self.rejects('"timestamp":"2025-10-09T08:53:20.025Z",', "", "not a LogRecord: KeyError('timestamp')")

    def problems_of_page(self, old, new):
        assert old in TEXT
        return otel.OtelChecker(records_page.RecordsPage(TEXT.replace(old, new)), CONVENTIONS).problems_of_names()

    def test_a_wrong_name_mark_or_unit_in_the_documentation_is_found(self):
        is_own = "is marked as Penstock's own, but OpenTelemetry defines it"
        is_not = "is not marked as Penstock's own, but OpenTelemetry does not define it"
        for old, new, expected in (
                ("`faas.invocation_id`", "`faas.invocation`", f"faas.invocation {is_not}"),
                ("`aws.xray.trace_id` ¹", "`aws.xray.trace_id`", f"aws.xray.trace_id {is_not}"),
                ("`error.type` |", "`error.type` ¹ |", f"error.type {is_own}"),
                ("| `body` |", "| `body` ¹ |", f"body {is_own}"),
                ("`error.type` |", "`error.message` |", "error.message is deprecated"),
                ("`faas.init_duration`, s", "`faas.init_duration`", "faas.init_duration has the unit 's'"),
                ("`faas.mem_usage`, bytes", "`faas.mem_usage`, s", "faas.mem_usage has the unit 'By'")):
            found = self.problems_of_page(old, new)
            self.assertTrue(any(expected in problem for problem in found), f"{expected} is not in {found}")


unittest.main(argv=sys.argv[:1])
