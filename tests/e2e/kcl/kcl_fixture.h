// For tests that run workers of the Kinesis Client Library. scripts/test-kcl.sh sets the environment variables.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "tests/e2e/kcl/dynamodb.h"

namespace penstock::e2e {

class kcl : public testing::Test {
 protected:
  void SetUp() override {
    const char* const path = std::getenv("PENSTOCK_KCL_CLASS_PATH");
    if (path == nullptr) GTEST_SKIP() << "PENSTOCK_KCL_CLASS_PATH is not set: scripts/test-kcl.sh sets it";
    std::string why;
    dynamodb = start_dynamodb(why);
    if (!dynamodb) GTEST_SKIP() << why;
    class_path = path;
    if (const char* const number = std::getenv("PENSTOCK_KCL_VERSION")) version = number;
  }

  std::unique_ptr<DynamoDb> dynamodb;
  std::string class_path, version;
};

}  // namespace penstock::e2e
