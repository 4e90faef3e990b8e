#!/usr/bin/env python3
"""Tests mutate.py. usage: mutate_test.py SOURCE_DIR"""
import pathlib
import sys
import tempfile
import unittest

import mutate

FILE = "core/a.cc"


def mutated(text, *mutations, other=""):
    """Returns the copy of FILE without the two lines that mutate.py puts before it."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = pathlib.Path(folder) / "source", pathlib.Path(folder) / "out"
        (source / "core").mkdir(parents=True)
        (source / FILE).write_text(text)
        (source / "core/other.cc").write_text(other)
        mutate.mutate([{"file": FILE, "within": 1} | mutation for mutation in mutations], source, out)
        return (out / FILE).read_text().split("\n", 2)[2]


class Mutate(unittest.TestCase):
    def edit(self, text, **edit):
        before, after = "f();\n// mutation: bug\n", "\ng();\n"
        copy = mutated(before + text + after, {"name": "bug"} | edit)
        self.assertTrue(copy.startswith(before) and copy.endswith(after), copy)
        return copy[len(before):-len(after)]

    def fails(self, message, *arguments, **options):
        with self.assertRaisesRegex(ValueError, message):
            mutated(*arguments, **options)

    def test_statement_ends_at_its_semicolon_or_brace(self):
        self.assertEqual(self.edit("  a(\";\", [] { b; });", statement="if (!MUTATED) $"),
                         "  if (!penstock::mutated(1)) a(\";\", [] { b; });")
        self.assertEqual(self.edit("if (a) {\n  b;\n}", statement="if (!MUTATED) $"),
                         "if (!penstock::mutated(1)) if (a) {\n  b;\n}")

    def test_condition_is_in_the_first_parentheses(self):
        self.assertEqual(self.edit("if (a ||\n    b(')')) c(d);", condition="$ && !MUTATED"),
                         "if ((a ||\n    b(')')) && !penstock::mutated(1)) c(d);")

    def test_value_follows_the_first_assignment_or_return(self):
        self.assertEqual(self.edit("const bool a = b == c;", value="$ || MUTATED"),
                         "const bool a = (b == c) || penstock::mutated(1);")
        self.assertEqual(self.edit("if (a == b) return c(d = 1);", value="MUTATED ? e : $"),
                         "if (a == b) return penstock::mutated(1) ? e : (c(d = 1));")

    def test_statement_may_follow_other_comments_and_have_several_mutations(self):
        copy = mutated("// mutation: one\n// why\n// mutation: two\nreturn a;\n",
                       {"name": "one", "value": "MUTATED || $"}, {"name": "two", "value": "$ && !MUTATED"})
        self.assertIn("\nreturn (penstock::mutated(1) || (a)) && !penstock::mutated(2);\n", copy)

    def test_edits_are_in_the_order_of_their_markers(self):
        copy = mutated("// mutation: bug\na;\n// mutation: bug\nif (b) c;\n",
                       {"name": "bug", "edits": [{"statement": "if (!MUTATED) $"}, {"condition": "$ || MUTATED"}]})
        self.assertIn("\nif (!penstock::mutated(1)) a;\n", copy)
        self.assertIn("\nif ((b) || penstock::mutated(1)) c;\n", copy)

    def test_mutation_needs_its_marker_exactly_once(self):
        bug = {"name": "bug", "statement": "if (!MUTATED) $"}
        self.fails("mutation 'bug' in core/a.cc: expected 1 of .* found 0", "a;\n", bug)
        self.fails("mutation 'bug' in core/a.cc: expected 1 of .* found 2", "// mutation: bug\na;\n" * 2, bug)
        self.fails("two mutations of one name", "// mutation: bug\na;\n", bug, bug)

    def test_marker_needs_a_mutation_of_its_file(self):
        bug = {"name": "bug", "statement": "if (!MUTATED) $"}
        self.fails("core/a.cc:2: .*'// mutation: unknown'.* has no such mutation",
                   "\n// mutation: unknown\na;\n// mutation: bug\na;\n", bug)
        self.fails("core/other.cc:1: .*'// mutation: bug'.* expects it in core/a.cc",
                   "// mutation: bug\na;\n", bug, other="// mutation: bug\na;\n")

    def test_statement_needs_the_part_that_is_edited(self):
        self.fails("the statement after its marker has no condition", "// mutation: bug\na = b;\n",
                   {"name": "bug", "condition": "$ && !MUTATED"})
        self.fails("the statement after its marker has no value", "// mutation: bug\na(b = c);\n",
                   {"name": "bug", "value": "$ && !MUTATED"})

    def test_statement_needs_an_end(self):
        for text in ("{\n// mutation: bug\na }\n", "// mutation: bug\n}\na;\n", "// mutation: bug\na(b;\n"):
            self.fails("the statement after its marker has no end", text, {"name": "bug", "statement": "if (!MUTATED) $"})

    def test_edit_needs_a_known_part_and_MUTATED(self):
        self.fails("expected statement, condition, value or edits", "// mutation: bug\na;\n", {"name": "bug"})
        self.fails("an edit without MUTATED", "// mutation: bug\na;\n", {"name": "bug", "statement": "b;"})

    def test_every_marker_in_core_has_its_mutation(self):
        table = pathlib.Path(__file__).parent / "mutations.toml"
        with tempfile.TemporaryDirectory() as out:
            mutate.mutate(mutate.read(table), SOURCE_DIR, pathlib.Path(out))


SOURCE_DIR = pathlib.Path(sys.argv.pop())
unittest.main()
