// The migration of docs/kcl.md, step by step, while records arrive: from KCL to Penstock, and back. Prints what
// each step costs.
#include <signal.h>

#include "tests/e2e/kcl/kcl3_fixture.h"
#include "tests/e2e/kcl/mixed_fleet.h"

namespace penstock::e2e {
namespace {

class Migration {
 public:
  Migration(DynamoDb& dynamodb, const std::string& class_path) : fleet(dynamodb, class_path, kShards) {}

  // Puts records for at least 20 looks and until `done`, and waits until all are read. Prints what was put, lost,
  // and duplicated since the last step. `living` reads on.
  void step(const std::string& name, ChildProcess& living, const std::function<bool()>& done) {
    size_t looks = 0;
    const auto arrive = [&] {
      fleet.put(kRecordsALook);
      return ++looks >= kMinLooks && done();
    };
    ASSERT_TRUE(fleet.wait(living, arrive)) << name << "\n" << fleet.logs();
    ASSERT_TRUE(fleet.wait(living, [&] { return fleet.all_read(); })) << name << "\n" << fleet.logs();
    const MixedFleet::Count now = fleet.count();
    std::printf("%s: %zu put, %zu lost, %zu duplicated\n", name.c_str(), now.put - before_.put, now.lost,
                now.duplicated - before_.duplicated);
    EXPECT_EQ(now.lost, 0U);
    before_ = now;
  }

  static constexpr size_t kShards = 4, kRecordsALook = 40, kMinLooks = 20;
  MixedFleet fleet;

 private:
  MixedFleet::Count before_;
};

std::function<bool()> ended(ChildProcess& worker) {
  return [&worker, ended = false]() mutable { return ended = ended || worker.wait(0) >= 0; };
}

TEST_F(kcl, each_step_of_the_migration_to_penstock_and_back_loses_nothing) {
  Migration migration(*dynamodb, class_path);
  MixedFleet& fleet = migration.fleet;
  const auto shards = [&](size_t worker) { return fleet.shards_of_kcl(worker); };

  ChildProcess& first = fleet.start_kcl();
  ChildProcess& second = fleet.start_kcl();
  ASSERT_NO_FATAL_FAILURE(
      migration.step("two workers of KCL start", second, [&] { return shards(0) == 2 && shards(1) == 2; }));
  EXPECT_EQ(fleet.run_penstock({"leases"}), 0) << fleet.logs();
  EXPECT_NE(read_file(fleet.command_log()).find("kcl0"), std::string::npos) << fleet.logs();

  ChildProcess& ours = fleet.start_penstock();
  ASSERT_NO_FATAL_FAILURE(
      migration.step("Penstock starts next to them", ours, [&] { return shards(0) + shards(1) <= 3; }));
  first.signal(SIGTERM);
  ASSERT_NO_FATAL_FAILURE(migration.step("a worker of KCL is stopped", ours, ended(first)));
  second.signal(SIGKILL);
  ASSERT_NO_FATAL_FAILURE(migration.step("the last worker of KCL is killed", ours, ended(second)));

  ChildProcess& back = fleet.start_kcl();
  ASSERT_NO_FATAL_FAILURE(
      migration.step("a worker of KCL starts next to Penstock", back, [&] { return shards(2) == 2; }));
  ours.signal(SIGTERM);
  ASSERT_NO_FATAL_FAILURE(migration.step("Penstock is stopped", back, [&] { return shards(2) == 4; }));
  EXPECT_EQ(ours.wait(60), 0) << fleet.logs();
}

TEST_F(kcl, a_kill_in_the_migration_back_loses_nothing) {
  Migration migration(*dynamodb, class_path);
  MixedFleet& fleet = migration.fleet;
  ChildProcess& ours = fleet.start_penstock();
  ASSERT_NO_FATAL_FAILURE(migration.step("Penstock starts alone", ours, [&] { return true; }));
  ChildProcess& back = fleet.start_kcl();
  ASSERT_NO_FATAL_FAILURE(migration.step("a worker of KCL starts next to Penstock, on its table", back,
                                         [&] { return fleet.shards_of_kcl(0) == 2; }));
  ours.signal(SIGKILL);
  ASSERT_NO_FATAL_FAILURE(migration.step("Penstock is killed", back, [&] { return fleet.shards_of_kcl(0) == 4; }));
}

// All workers stop in between, because Penstock takes nothing next to a leader that assigns the leases.
TEST_F(kcl3, a_fleet_of_3x_moves_to_penstock_and_back_without_loss) {
  if (!client_version_in_table) GTEST_SKIP() << "the client version of 3.0 is in another table";
  Migration migration(*dynamodb, class_path);
  MixedFleet& fleet = migration.fleet;
  ChildProcess& theirs = fleet.start_kcl({.mode = kMode3x});
  ASSERT_NO_FATAL_FAILURE(migration.step("a worker of KCL at 3X", theirs,
                                         [&] { return fleet.shards_of_kcl(0) == Migration::kShards; }));
  theirs.signal(SIGTERM);
  theirs.wait(90);
  set_client_version(fleet, "CLIENT_VERSION_2X");
  ChildProcess& ours = fleet.start_penstock();
  ASSERT_NO_FATAL_FAILURE(migration.step("KCL is stopped, Penstock starts", ours, [] { return true; }));
  ours.signal(SIGTERM);
  EXPECT_EQ(ours.wait(60), 0) << fleet.logs();
  delete_client_version(fleet);
  ChildProcess& back = fleet.start_kcl({.mode = kMode3x});
  ASSERT_NO_FATAL_FAILURE(migration.step("Penstock is stopped, KCL starts at 3X", back,
                                         [&] { return fleet.shards_of_kcl(1) == Migration::kShards; }));
}

}  // namespace
}  // namespace penstock::e2e
