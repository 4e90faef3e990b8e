// penstock plugins: the tables of a plugin, for people.
#include <gtest/gtest.h>

#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

TEST(plugins, stages_and_options_are_listed_with_type_default_and_help) {
  const Ended it = run_program({"plugins", PENSTOCK_FAKE_PLUGIN});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(
      it.out.rfind(
          "input fake_in\n  Emits numbered lines.\n\n  journal  <text>  required\n      file that every call "
          "is noted in\n\n  count  <count>  default: 3\n      how many batches to emit\n",
          0),
      0u)
      << it.out;
  EXPECT_NE(it.out.find("\noutput stdout\n"), std::string::npos) << "the built-in ones are listed too";
}

TEST(plugins, one_that_cannot_be_opened_is_told_of) {
  const Ended it = run_program({"plugins", "/nowhere/x.so"});
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.err, "penstock: plugin '/nowhere/x.so' cannot be opened: No such file or directory\n");
}

}  // namespace
}  // namespace penstock::host
