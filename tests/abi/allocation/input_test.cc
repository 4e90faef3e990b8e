// Fails each allocation in turn while an input reads: every event arrives, and every acknowledged record is in the
// checkpoint.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/abi/allocation/reading.h"

namespace penstock::abi {
namespace {

// If close() reports that everything is saved, then it is.
void run(Calls& calls, const Folder& folder, const std::string& checkpoint) {
  const penstock_stage* const stage = kinesis_input();
  const std::string path = folder.path + "/checkpoint";
  std::filesystem::remove(path);
  World world;
  world.kinesis.create_stream("in", 2);
  fill(world.kinesis);
  penstock_instance* const self =
      world.make(calls, stage,
                 world.options("in", {{"checkpoint", checkpoint == "file" ? "file:" + path : checkpoint},
                                      {"on_failure", "file:" + folder.path + "/failures"}}));
  if (self == nullptr) return;
  const Positions last = read_all(calls, world, self);
  bool saved = false;
  calls.maybe("close", [&](penstock_error* error) {
    const int32_t code = stage->close(self, 0, error);
    saved = code == PENSTOCK_OK;
    return code;
  });
  Calls::watched([&] { stage->destroy(self); });
  if (checkpoint != "file" || !saved) return;
  std::ifstream file(path);
  const std::string kept((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const auto& [shard, sequence_number] : last)
    EXPECT_NE(kept.find(sequence_number), std::string::npos) << shard << " is not at its end in " << kept;
}

TEST(allocation_failure_of_the_input,
     an_allocation_failure_is_reported_and_every_event_arrives_and_every_ack_counts) {
  const Folder folder;
  sweep("input, checkpoint in a file", [&](Calls& calls) { run(calls, folder, "file"); });
}

// All events are in the children of a shard, which begin when its end was handled.
TEST(allocation_failure_of_the_input, an_allocation_failure_at_the_end_of_a_shard_loses_no_event_of_its_children) {
  sweep("input, end of a shard", [&](Calls& calls) {
    const penstock_stage* const stage = kinesis_input();
    World world;
    world.kinesis.create_stream("in", 1);
    model::Stream& stream = *world.kinesis.stream("in");
    stream.split(stream.shards()[0], stream.shards()[0].last / 2, 0);
    fill(world.kinesis);
    penstock_instance* const self =
        world.make(calls, stage, world.options("in", {{"checkpoint", "memory"}, {"on_failure", "drop"}}));
    if (self == nullptr) return;
    read_all(calls, world, self);
    calls.maybe("close", [&](penstock_error* error) { return stage->close(self, 0, error); });
    Calls::watched([&] { stage->destroy(self); });
  });
}

TEST(allocation_failure_of_the_input,
     an_allocation_failure_is_reported_and_every_event_arrives_without_a_checkpoint) {
  const Folder folder;
  sweep("input, checkpoint in memory", [&](Calls& calls) { run(calls, folder, "memory"); });
}

}  // namespace
}  // namespace penstock::abi
