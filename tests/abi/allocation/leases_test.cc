// Fails each allocation in turn while an input divides its shards through a lease table.
#include <algorithm>
#include <string>

#include "core/leases/lease_attributes.h"
#include "tests/abi/allocation/reading.h"

namespace penstock::abi {
namespace {

const std::string kShards[] = {"shardId-000000000000", "shardId-000000000001"};

// Returns the checkpoint in the shard's row, or "" if not found.
std::string kept_of(World& world, const std::string& shard) {
  const dynamodb::Table* const table = world.dynamodb.table("leases");
  const dynamodb::Item* const row = table == nullptr ? nullptr : table->row(shard);
  if (row == nullptr) return "";
  const auto checkpoint = row->find(leases::lease_attribute::kCheckpoint);
  return checkpoint == row->end() ? "" : checkpoint->second.text;
}

Options options(const Folder& folder) {
  return World::options("in", {{"checkpoint", "dynamodb:leases"},
                               {"dynamodb_endpoint", "http://127.0.0.1:1"},
                               {"create_table", "on"},
                               {"checkpoint_interval", "1s"},
                               {"failover_time", "1m"},  // few calls; simulated time costs nothing
                               {"poll_interval", "1m"},
                               {"on_failure", "file:" + folder.path + "/failures"}});
}

int32_t emit_nothing(void*, const penstock_batch*) { return PENSTOCK_OK; }

// Without time to release its leases, close() reports that it could not.
void end(penstock_instance* self) {
  const penstock_stage* const stage = kinesis_input();
  Calls::watched([&] {
    stage->close(self, 0, nullptr);
    stage->destroy(self);
  });
}

TEST(allocation_failure_of_the_leases,
     an_allocation_failure_is_reported_and_the_table_and_all_leases_are_created) {
  const Folder folder;
  sweep("leases, a table and two rows to make, an answer lost", [&](Calls& calls) {
    const penstock_stage* const stage = kinesis_input();
    World world;
    world.kinesis.create_stream("in", 2);
    world.dynamodb.faults().next_calls("PutItem", model::lose_response());
    penstock_instance* const self = world.make(calls, kinesis_input(), options(folder));
    if (self == nullptr) return;
    EXPECT_TRUE(world.drive(
        stage, self, [&] { return !kept_of(world, kShards[0]).empty() && !kept_of(world, kShards[1]).empty(); },
        [&] {
          calls.maybe("poll", [&](penstock_error* error) {
            return stage->input->poll(self, 0, emit_nothing, nullptr, error);
          });
        }))
        << world.log();
    end(self);
  });
}

void sweep_reading(memory::Mode mode) {
  const Folder folder;
  const auto run = [&](Calls& calls) {
    World world;
    world.kinesis.create_stream("in", 2);
    fill(world.kinesis);
    world.dynamodb.make_table("leases");
    world.dynamodb.settings().page_items = 1;
    world.dynamodb.faults().next_calls("UpdateItem", model::lose_response());
    penstock_instance* const self = world.make(calls, kinesis_input(), options(folder));
    if (self == nullptr) return;
    read_all(calls, world, self, [&](const Positions& last) {
      return std::all_of(last.begin(), last.end(),
                         [&](const auto& one) { return kept_of(world, one.first) == one.second; });
    });
    end(self);
  };
  sweep("leases of two shards, a page each, an answer lost", run, {mode});
}

TEST(allocation_failure_of_the_leases, an_allocation_failure_is_reported_and_no_shard_and_no_position_is_lost) {
  sweep_reading(memory::Mode::once);
}

TEST(allocation_failure_of_the_leases, an_allocation_failure_during_a_whole_call_is_reported_and_nothing_is_lost) {
  sweep_reading(memory::Mode::until_return);
}

}  // namespace
}  // namespace penstock::abi
