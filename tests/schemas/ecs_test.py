#!/usr/bin/env python3
"""Tests that records of schema ecs have the fields and types of Elastic Common Schema, and that the checker finds those
that do not.

usage: ecs_test.py SOURCE_DIR PENSTOCK FOLDER_OF_NPM
"""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True

import ecs  # noqa: E402
import log_events  # noqa: E402
import published  # noqa: E402
import records_page  # noqa: E402

SOURCE, PENSTOCK, FOLDER = sys.argv[1:]
published.require(FOLDER)

TEXT = pathlib.Path(SOURCE, "docs", "records.md").read_text()
PAGE = records_page.RecordsPage(TEXT)
FIELDS = ecs.published_fields(FOLDER)
CHECKER = ecs.EcsChecker(PAGE, FIELDS)
CATALOG = pathlib.Path(SOURCE, "tests", "data", "logs", "catalog.jsonl")


class EcsTest(unittest.TestCase):
    def test_names_without_a_mark_are_fields_of_ecs_and_marked_ones_are_not(self):
        self.assertEqual(CHECKER.problems_of_names(), [])

    def test_each_record_has_the_fields_and_types_of_ecs(self):
        messages = log_events.catalog(CATALOG) + log_events.objects(PAGE.levels)
        seen = set()
        for function_fields in (True, False):
            records = log_events.records_of(messages, PENSTOCK, "ecs", function_fields)
            for message, record in zip(messages, records):
                self.assertEqual(CHECKER.problems(record), [], f"{message!r} became {record}")
                seen.update(record)
        self.assertEqual(seen, set(PAGE.names["ecs"]), "names of docs/records.md that no record has")
        print(f"{len(messages)} log events, each with and without function_fields; {len(seen)} names, of which ECS "
              f"defines {len(seen & set(FIELDS))}")


class CheckerTest(unittest.TestCase):
    RECORD = ('{"@timestamp":"2025-10-09T08:53:20.025Z","log.level":"WARN","message":"m","app":{"a":1},'
              '"event.action":"report","faas.execution":"r1","aws.lambda.metrics.duration_ms":24.61,'
              '"aws.lambda.tracing.sampled":true,"aws.cloudwatch.log_group":"g"}')

    def problems(self, old="", new=""):
        assert old in self.RECORD
        return CHECKER.problems(log_events.read_record(self.RECORD.replace(old, new, 1).encode()))

    def rejects(self, old, new, expected):
        found = self.problems(old, new)
        self.assertTrue(any(expected in problem for problem in found), f"{expected} is not in {found}")

    def test_a_right_record_is_accepted(self):
        self.assertEqual(self.problems(), [])

    def test_a_wrong_name_is_found(self):
        self.rejects("faas.execution", "faas.invocation_id", "faas.invocation_id is not in docs/records.md")
        self.rejects("@timestamp", "timestamp", "no @timestamp")
        self.rejects("event.action", "message", "message occurs twice")
        self.rejects("event.action", "log", "log is a value and an object")

    def test_a_wrong_type_is_found(self):
        for old, new, name in (('"WARN"', "13", "log.level"), ('"r1"', '["r1"]', "faas.execution"),
                               ('"m"', '{"m":1}', "message"), ('{"a":1}', '"a"', "app"),
                               ('"g"', "null", "aws.cloudwatch.log_group"),
                               ("24.61", '"24.61"', "aws.lambda.metrics.duration_ms"),
                               ("24.61", "1e999", "aws.lambda.metrics.duration_ms"),
                               ("true", '"Sampled"', "aws.lambda.tracing.sampled"),
                               ('"2025-10-09T08:53:20.025Z"', '"2025-10-09t08:53:20z"', "@timestamp"),
                               ('"2025-10-09T08:53:20.025Z"', "1760000000025", "@timestamp")):
            self.rejects(old, new, f"{name} has a value of another type")
        self.rejects('"r1"', '""', "faas.execution is empty")

    def test_each_type_of_elasticsearch_accepts_its_values_only(self):
        for kind, right, wrong in (("long", [0, -1, 2**63 - 1], [2**63, 1.5, "1", True]),
                                   ("float", [0, 1.5], ["1", None, float("inf")]),
                                   ("boolean", [True], ["true", 1]), ("keyword", [""], [1, ["a"], None])):
            for value in right:
                self.assertTrue(ecs.fits(value, {"type": kind, "is_list": False}), f"{kind}: {value!r}")
            for value in wrong:
                self.assertFalse(ecs.fits(value, {"type": kind, "is_list": False}), f"{kind}: {value!r}")
        self.assertTrue(ecs.fits(["a"], {"type": "keyword", "is_list": True}))
        self.assertFalse(ecs.fits([1], {"type": "keyword", "is_list": True}))

    def problems_of_page(self, old, new):
        assert old in TEXT
        return ecs.EcsChecker(records_page.RecordsPage(TEXT.replace(old, new)), FIELDS).problems_of_names()

    def test_a_wrong_name_or_mark_in_the_documentation_is_found(self):
        is_own = "is marked as Penstock's own, but ECS defines it"
        is_not = "is not marked as Penstock's own, but ECS does not define it"
        for old, new, expected in (("`faas.execution`", "`faas.invocation_id`", f"faas.invocation_id {is_not}"),
                                   ("| `event.id` |", "| `event.id` ¹ |", f"event.id {is_own}"),
                                   ("`extractedFields` ¹ |", "`extractedFields` |", f"extractedFields {is_not}")):
            self.assertIn(expected, self.problems_of_page(old, new))
        custom = ecs.EcsChecker(PAGE, {**FIELDS, "aws.region": {"type": "keyword", "is_list": False}})
        self.assertIn("aws.lambda.phase is not ECS's, but ECS defines aws", custom.problems_of_names())


unittest.main(argv=sys.argv[:1])
