// For tests that need version 3 of the Kinesis Client Library.
#pragma once

#include <string>

#include "tests/e2e/kcl/kcl_fixture.h"
#include "tests/e2e/kcl/mixed_fleet.h"

namespace penstock::e2e {

class kcl3 : public kcl {
 protected:
  static constexpr const char* kMode3x = "CLIENT_VERSION_CONFIG_3X";

  void SetUp() override {
    kcl::SetUp();
    if (!IsSkipped() && !version.starts_with("3.")) GTEST_SKIP() << "not version 3 of KCL";
    client_version_in_table = !version.starts_with("3.0.");
  }

  // Overwrites the client version, as the leader or KCL's migration tool does.
  static void set_client_version(const MixedFleet& fleet, const std::string& version) {
    change_row(
        fleet, "UpdateItem",
        R"(,"UpdateExpression":"SET cv = :cv","ExpressionAttributeValues":{":cv":{"S":")" + version + R"("}})");
  }
  static void delete_client_version(const MixedFleet& fleet) { change_row(fleet, "DeleteItem", ""); }

  bool client_version_in_table = false;  // from 3.5 on

 private:
  static void change_row(const MixedFleet& fleet, const char* operation, const std::string& change) {
    const std::string row = std::string(R"({"TableName":")") + MixedFleet::kApplication +
                            R"(","Key":{"leaseKey":{"S":"Migration3.0"}})" + change + "}";
    const model::Response response = fleet.call_dynamodb(operation, row);
    EXPECT_TRUE(response.ok()) << response.reply().body;
  }
};

}  // namespace penstock::e2e
