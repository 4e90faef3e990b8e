// Our workers on a lease table of KCL 3 whose leader assigns the leases.
#include <signal.h>

#include <cstring>

#include "tests/e2e/kcl/kcl_fixture.h"
#include "tests/e2e/kcl/mixed_fleet.h"

namespace penstock::e2e {
namespace {

constexpr const char* k3x = "CLIENT_VERSION_CONFIG_3X";

class kcl3 : public kcl {
 protected:
  void SetUp() override {
    kcl::SetUp();
    const char* const version = std::getenv("PENSTOCK_KCL_VERSION");
    if (!IsSkipped() && (version == nullptr || *version != '3')) GTEST_SKIP() << "not a version 3 of KCL";
    // From 3.5 on, the client version is in the lease table.
    if (version != nullptr) client_version_in_table = std::strncmp(version, "3.0", 3) != 0;
  }

  // Overwrites the client version, as the leader or KCL's migration tool does.
  static void set_client_version(const MixedFleet& fleet, const std::string& version) {
    const std::string body = std::string(R"({"TableName":")") + MixedFleet::kApplication +
                             R"(","Key":{"leaseKey":{"S":"Migration3.0"}},"UpdateExpression":"SET cv = :cv",)" +
                             R"("ExpressionAttributeValues":{":cv":{"S":")" + version + R"("}}})";
    const model::Response response = fleet.call_dynamodb("UpdateItem", body);
    EXPECT_TRUE(response.ok()) << response.reply().body;
  }

  bool client_version_in_table = false;
};

TEST_F(kcl3, our_worker_takes_nothing_from_a_fleet_whose_leader_assigns_the_leases) {
  MixedFleet fleet(*dynamodb, class_path, 4);
  ChildProcess& theirs = fleet.start_kcl({.mode = k3x});
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read() && fleet.shards_of_kcl(0) == 4; })) << fleet.logs();
  ChildProcess& ours = fleet.start_penstock();
  EXPECT_TRUE(ours.says(client_version_in_table ? "PS0504" : "PS0512", 60)) << fleet.logs();
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read(); })) << fleet.logs();
  if (client_version_in_table) EXPECT_EQ(fleet.shards_of_kcl(0), 4U) << fleet.logs();
  EXPECT_EQ(fleet.count("Penstock starts next to a fleet of 3X").lost, 0U) << fleet.logs();
}

TEST_F(kcl3, our_worker_hands_over_when_the_leader_begins_to_assign_and_returns_after_a_rollback) {
  if (!client_version_in_table) GTEST_SKIP() << "the client version of 3.0 is in another table";
  MixedFleet fleet(*dynamodb, class_path, 4);
  ChildProcess& theirs = fleet.start_kcl();
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read() && fleet.shards_of_kcl(0) == 4; })) << fleet.logs();
  ChildProcess& ours = fleet.start_penstock();
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.shards_of_kcl(0) == 2; })) << fleet.logs();
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  fleet.count("KCL 3 as 2.x next to Penstock");
  set_client_version(fleet, "CLIENT_VERSION_3X_WITH_ROLLBACK");
  fleet.put(200);
  ASSERT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read() && fleet.shards_of_kcl(0) == 4; })) << fleet.logs();
  EXPECT_TRUE(ours.says("handing over the leases of this worker", 1)) << fleet.logs();
  fleet.count("the leader of KCL 3 begins to assign the leases");
  set_client_version(fleet, "CLIENT_VERSION_2X");
  ASSERT_TRUE(fleet.wait(ours, [&] {
    fleet.put(10);
    return fleet.shards_of_kcl(0) == 2;
  })) << fleet.logs();
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  EXPECT_EQ(fleet.count("rolled back to 2X").lost, 0U) << fleet.logs();
}

}  // namespace
}  // namespace penstock::e2e
