// The AWS SDK for Java at the other end of our input and our output. scripts/test-kcl.sh runs this program.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/e2e/sdk/round_trip.h"

namespace penstock::e2e {
namespace {

TEST(sdk, java_reads_the_same_keys_and_bytes_that_it_has_written) {
  const char* const class_path = std::getenv("PENSTOCK_SDK_CLASS_PATH");
  if (class_path == nullptr) GTEST_SKIP() << "PENSTOCK_SDK_CLASS_PATH is not set: scripts/test-kcl.sh sets it";
  // The model does not speak CBOR.
  expect_round_trip("/usr/bin/java", {"-Xmx512m", "-Daws.cborEnabled=false", "-cp", class_path, "SdkRoundTrip"});
}

}  // namespace
}  // namespace penstock::e2e
