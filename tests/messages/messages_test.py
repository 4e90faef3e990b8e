#!/usr/bin/env python3
"""Checks that the messages of a source are found with their codes, classes, and texts."""
import sys
import unittest

sys.dont_write_bytecode = True

import messages  # noqa: E402

SOURCE = r"""
// return Status(Code::io, "PS0999", "in a comment");
Status a() {
  if (bad) return {Code::config, "PS0600", "invalid on_failure '" + printable(value) + "': expected \"drop\""};
  env.warn("PS0601", std::string("two ") +
                         (many ? "records" : "record"));
  return Status(is_new ? Code::transient : Code::invalid, "PS0602", what + ": (it failed; again)");
}
Status id_of() { return "PS0603"; }
Status none() { return {Code::ok, "PS0000", ""}; }
Status b() { return io_error("cannot open " + name, errno, "PS0604"); }
"""


class MessagesTest(unittest.TestCase):
    def test_messages(self):
        self.assertEqual(
            messages.messages_in("core/x.cc", SOURCE),
            [
                messages.Message("PS0600", "config", "invalid on_failure '...': expected \"drop\"", "core/x.cc", 4),
                messages.Message("PS0601", "warn", "two ...records|record", "core/x.cc", 5),
                messages.Message("PS0602", "transient|invalid", "...: (it failed; again)", "core/x.cc", 7),
                messages.Message("PS0603", "", "", "core/x.cc", 9),
                messages.Message("PS0604", "io", "cannot open ...", "core/x.cc", 11),
            ],
        )

    def test_folders(self):
        self.assertEqual(messages.folder_of("core/kinesis/input/seek.cc"), "core/kinesis/input")
        self.assertEqual(messages.folder_of("core/aws/credentials/sts.cc"), "core/aws")
        self.assertIsNone(messages.folder_of("abi/penstock.h"))


unittest.main()
