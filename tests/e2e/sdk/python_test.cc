// The AWS SDK for Python at the other end of our input and our output.
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/e2e/sdk/round_trip.h"

namespace penstock::e2e {
namespace {

TEST(sdk, boto3_reads_the_same_keys_and_bytes_that_it_has_written) {
  const std::string installed = PENSTOCK_PYPI;
  if (access((installed + "/installed.lock").c_str(), R_OK) != 0)
    GTEST_SKIP() << "boto3 is not installed; the test registry.botocore_and_moto_are_installed_from_pypi says why";
  expect_round_trip(PENSTOCK_PYTHON, {"-I", PENSTOCK_ROUND_TRIP, installed + "/packages"});
}

}  // namespace
}  // namespace penstock::e2e
