#include "client/error.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>

namespace penstock::client {
namespace {

TEST(client_error, is_described_by_the_reason_of_the_stage_made_printable) {
  Error error;
  std::snprintf(error.text, sizeof error.text, "no stream 'a\x1b'");
  EXPECT_EQ(error.describe(PENSTOCK_E_IO), "PS0950: no stream 'a\\x1b'");
}

TEST(client_error, without_a_reason_is_described_by_the_code) {
  EXPECT_EQ(Error().describe(PENSTOCK_E_IO), "PS0950: the call failed without a reason; its result: -6");
}

TEST(client_error, is_read_no_further_than_its_text_is_long) {
  Error error;
  std::memset(error.text, 'a', sizeof error.text);
  EXPECT_EQ(error.describe(PENSTOCK_E_IO).substr(0, 11), "PS0950: aaa");
}

TEST(client_error, has_the_size_that_the_abi_wants) { EXPECT_EQ(Error().struct_size, sizeof(penstock_error)); }

}  // namespace
}  // namespace penstock::client
