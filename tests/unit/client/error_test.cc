#include "client/error.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>

namespace penstock::client {
namespace {

TEST(client_error, an_error_has_the_stages_reason_in_printable_form) {
  Error error;
  std::snprintf(error.text, sizeof error.text, "no stream 'a\x1b'");
  EXPECT_EQ(error.describe(PENSTOCK_E_IO), "PS0950: no stream 'a\\x1b'");
}

TEST(client_error, an_error_without_a_reason_is_described_by_its_code) {
  EXPECT_EQ(Error().describe(PENSTOCK_E_IO), "PS0950: the call failed without a reason; its result: -6");
}

TEST(client_error, an_error_is_read_only_up_to_its_texts_length) {
  Error error;
  std::memset(error.text, 'a', sizeof error.text);
  EXPECT_EQ(error.describe(PENSTOCK_E_IO).substr(0, 11), "PS0950: aaa");
}

TEST(client_error, an_error_has_the_size_that_the_abi_requires) {
  EXPECT_EQ(Error().struct_size, sizeof(penstock_error));
}

}  // namespace
}  // namespace penstock::client
