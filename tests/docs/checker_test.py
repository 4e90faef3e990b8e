#!/usr/bin/env python3
"""Tests that the documentation checker finds each kind of wrong name and link, and accepts the right ones.

usage: checker_test.py SOURCE_DIR PENSTOCK
"""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True

import checker  # noqa: E402
import facts  # noqa: E402

FACTS = facts.Facts(sys.argv[1], sys.argv[2])
OTHER = "# A title\n\n## The `second` part: more\n\n## Twice\n\n## Twice\n"


def problems(text, path="docs/page.md", foreign=()):
    documents = {path: text, "docs/other.md": OTHER}
    return checker.Checker(FACTS, set(foreign), documents).run()


class CheckerTest(unittest.TestCase):
    def accepts(self, text, **more):
        self.assertEqual(problems(text, **more), [])

    def rejects(self, text, expected, **more):
        found = problems(text, **more)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_a_link_to_a_missing_file_is_found(self):
        self.accepts("[a](other.md) [`b`](../README.md) [c](https://example.com/nothing.md)")
        self.rejects("[a](missing.md)", "docs/page.md:1: the link missing.md leads to no file")
        self.rejects("x\n\n[a]: missing.md", "docs/page.md:3: the link missing.md leads to no file")

    def test_a_link_to_a_missing_heading_is_found(self):
        self.accepts("[a](other.md#the-second-part-more) [b](other.md#twice-1) [c](#here)\n# Here")
        self.rejects("[a](other.md#third)", "the link other.md#third leads to no heading of docs/other.md")
        self.rejects("[a](#third)", "leads to no heading of docs/page.md")

    def test_a_heading_in_a_fenced_block_is_no_target(self):
        self.rejects("```\n# Here\n```\n[a](#here)", "leads to no heading")

    def test_an_option_that_does_not_exist_is_found(self):
        self.accepts("`max_record_age`, `linger 5s`, `on_failure file:PATH`, `shard_lag_ms`, `penstock_kinesis`")
        self.rejects("text\n\n`max_record_agee`", "docs/page.md:3: max_record_agee is not an option")
        self.rejects("`max_record_agee 5m`", "max_record_agee is not an option")
        self.rejects("``max_record_agee``", "max_record_agee is not an option")

    def test_a_counter_that_does_not_exist_is_found(self):
        self.accepts("`delivered_records`, `shard_lag_ms`")
        self.accepts("`penstock_output_delivered_records_total`, `penstock_input_shard_lag_seconds`")
        self.rejects("`delivered_recordz`", "delivered_recordz is not an option")
        self.accepts("`penstock_ready`, `penstock_released_batches_total`, `process_open_fds`")
        self.rejects("`penstock_released_batches`", "penstock_released_batches is not an option")
        self.rejects("`penstock_input_shard_lag_ms`", "penstock_input_shard_lag_ms is not an option")

    def test_a_value_that_an_option_does_not_accept_is_found(self):
        self.accepts("`ordering per_key`, `checkpoint dynamodb:TABLE`, `record_retry_limit 5`, `drop LIST`, `drop a,b`")
        self.rejects("`ordering per_shard`", "ordering does not accept per_shard")
        self.rejects("`on_failure dropp`", "on_failure does not accept dropp")

    def test_a_command_that_does_not_exist_is_found(self):
        self.accepts("`penstock run -c FILE`, `penstock seek -c FILE --all`, `penstock COMMAND --help`, `penstock -V`")
        self.rejects("`penstock start -c FILE`", "penstock has no command start")
        self.rejects("```sh\npenstock start\n```", "docs/page.md:2: penstock has no command start")
        self.rejects("```console\n$ penstock start\nstart\n```", "penstock has no command start")

    def test_a_flag_that_does_not_exist_is_found(self):
        self.accepts("`--exit-when-idle`, `--yes`, `penstock check [--agent] FILE`")
        self.rejects("`--exit-when-idel`", "no command has the flag --exit-when-idel")
        self.rejects("`penstock run --all`", "penstock run has no flag --all")
        self.rejects("```sh\nX=1 penstock run a.conf --alll | head\n```", "penstock run has no flag --alll")

    def test_a_message_code_that_does_not_exist_is_found(self):
        self.accepts("PS0001 and `PS0603`")
        self.rejects("text\n`PS9999`", "docs/page.md:2: no message has the code PS9999")

    def test_a_file_that_does_not_exist_is_found(self):
        self.accepts("`scripts/demo.sh`, `core/kinesis/`, `conf/*.conf`, `scripts/soak.sh [MINUTES]`")
        self.rejects("`scripts/demos.sh`", "scripts/demos.sh does not exist")
        self.rejects("```sh\nscripts/demos.sh\n```", "scripts/demos.sh does not exist")

    def test_a_variable_or_an_identifier_that_does_not_exist_is_found(self):
        self.accepts("`AWS_REGION`, `PENSTOCK_OK`, `penstock-bench-table`")
        self.rejects("`AWS_REGIOON`", "AWS_REGIOON does not occur in the sources")
        self.rejects("`ShardProgresss`", "ShardProgresss does not occur in the sources", path="docs/architecture.md")
        self.rejects("`penstock-bench-tables`", "no program or file is named penstock-bench-tables")

    def test_a_name_of_the_sources_is_accepted_in_documents_for_developers_alone(self):
        self.accepts("`begin_put_records`", path="docs/architecture.md")
        self.rejects("`begin_put_records`", "begin_put_records is not an option")

    def test_a_name_of_the_abi_is_accepted_everywhere(self):
        self.accepts("`struct_size`")

    def test_a_member_of_a_record_that_does_not_exist_is_found(self):
        self.accepts("`billedDurationMs`, `aws.lambda.metrics.duration_ms`, `@timestamp`", path="docs/records.md")
        self.rejects("`billedDuration`", "no record has the member billedDuration", path="docs/records.md")
        self.rejects("`log.levels`", "no record has the member log.levels", path="docs/records.md")

    def test_a_listed_name_of_another_program_is_accepted(self):
        self.accepts("`kinesis_streams`", foreign={"kinesis_streams"})

    def test_a_command_or_permission_that_aws_does_not_have_is_found(self):
        good = "`kinesis:GetRecords`\n```sh\naws kinesis create-stream --stream-name x \\\n  --shard-count 1\n```"
        if checker.aws_problems({"a.md": good}) is None:
            self.skipTest("no botocore")
        self.assertEqual(checker.aws_problems({"a.md": good}), [])
        for text, expected in (
            ("`kinesis:GetRecordz`", "kinesis has no operation GetRecordz"),
            ("```sh\naws kinesis make-stream\n```", "aws kinesis has no command make-stream"),
            ("```sh\naws kinesis create-stream --stream-name x --shards 1\n```", "has no --shards"),
            ("```sh\naws kinesis create-stream\n```", "create-stream lacks --stream-name"),
        ):
            found = checker.aws_problems({"a.md": text})
            self.assertEqual(len(found), 1, found)
            self.assertIn(expected, found[0])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
