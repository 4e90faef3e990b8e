#!/usr/bin/env python3
"""Checks what scripts/instruction-counts.py says of two files of counts.

usage: instruction_counts_test.py SOURCE_DIR
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ENVIRONMENT = "compiler gcc 12.2.0\nglibc 2.36\n"
SAME, DIFFERS, INVALID, NOT_COMPARABLE = 0, 1, 2, 77
source_dir = pathlib.Path(sys.argv.pop())


class InstructionCounts(unittest.TestCase):
    def compare(self, before, after):
        """Returns the exit status and what was printed."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [pathlib.Path(folder, name) for name in ("before", "after")]
            for path, text in zip(paths, (before, after), strict=True):
                path.write_text(text, encoding="utf-8")
            run = subprocess.run([sys.executable, source_dir / "scripts/instruction-counts.py", *paths], check=False,
                                 text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            return run.returncode, run.stdout

    def status(self, before, after):
        return self.compare(ENVIRONMENT + before, ENVIRONMENT + after)[0]

    def test_differences_up_to_3_percent_pass_in_both_directions(self):
        for count in (971_000, 1_000_000, 1_029_000, 970_000, 1_030_000):
            self.assertEqual(self.status("job split 1000000", f"job split {count}"), SAME, count)

    def test_differences_over_3_percent_fail_in_both_directions(self):
        for count in (969_000, 1_031_000, 969_999, 1_030_001):
            self.assertEqual(self.status("job split 1000000", f"job split {count}"), DIFFERS, count)

    def test_only_the_job_that_changed_is_printed(self):
        status, text = self.compare(ENVIRONMENT + "job split 1000\njob sign 2000\n",
                                    ENVIRONMENT + "job split 1001\njob sign 3000\n")
        self.assertEqual(status, DIFFERS)
        self.assertEqual(text.split(), ["sign", "2,000", "->", "3,000", "+50.0%"])

    def test_a_job_on_one_side_only_fails(self):
        self.assertEqual(self.status("job a 1000\njob b 1000", "job a 1000"), DIFFERS)
        self.assertEqual(self.status("job a 1000", "job a 1000\njob b 1000"), DIFFERS)

    def test_another_compiler_is_named_and_has_a_status_of_its_own(self):
        status, text = self.compare("compiler gcc 12.2.0\njob a 1000", "compiler gcc 13.1.0\njob a 5000")
        self.assertEqual(status, NOT_COMPARABLE)
        self.assertIn("compiler: gcc 12.2.0 before, gcc 13.1.0 now", text)
        self.assertEqual(self.compare("job a 1000", "glibc 2.36\njob a 1000")[0], NOT_COMPARABLE)

    def test_a_file_without_counts_is_not_valid(self):
        for text in ("", "# nothing\n", "job split\n", "job split many\n"):
            self.assertEqual(self.compare("job a 1000", text)[0], INVALID, text)

    def test_the_committed_counts_are_valid(self):
        text = (source_dir / "bench/instruction_counts.txt").read_text(encoding="utf-8")
        self.assertEqual(self.compare(text, text), (SAME, ""))
        self.assertEqual(text.count("\njob "), 10)


if __name__ == "__main__":
    unittest.main()
