// The input on streams whose records the service distributes (record distribution strategy AUTO): no user record
// is lost, whenever the strategy changes.
#include <gtest/gtest.h>

#include "base/base64.h"
#include "tests/kpl_bytes.h"
#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

// Returns a record as the KPL aggregates: its user records belong in one shard, the one of key.
std::string aggregated(const std::string& key, const std::vector<std::string>& ids) {
  std::string out = kpl_bytes::partition_key(key);
  for (const std::string& id : ids) out += kpl_bytes::user_record(0, message_of(id));
  return kpl_bytes::sealed(out);
}

class input_distribution : public input {
 protected:
  void make_on_demand_stream(model::Distribution distribution) {
    service.create_stream("in", 4, model::CapacityMode::on_demand);
    set(distribution);
  }
  void set(model::Distribution distribution) { service.stream("in")->set_distribution(distribution); }
  // Puts aggregated records with two user records each.
  void put_aggregated(const std::string& prefix, int records) {
    for (int i = 0; i < records; ++i) {
      const std::string id = prefix + std::to_string(i);
      service.preload("in", id, aggregated(id, {id + ".0", id + ".1"}));
      put_ids.insert({id + ".0", id + ".1"});
    }
  }
  bool reads_all(Reader& reader) {
    return reader.run([&] { return reader.distinct() == put_ids; });
  }
  // Puts a record under the key of its first user record. Its second user record belongs in another shard.
  void put_mixed(const std::string& id) {
    std::string key = id;
    while (*kinesis::hash_of_partition_key(key) >> 126 == 0) key += "x";
    service.preload(
        "in", key,
        kpl_bytes::sealed(kpl_bytes::partition_key(key) + kpl_bytes::explicit_hash_key("7") +
                          kpl_bytes::user_record(0, message_of(id + ".0")) +
                          kpl_bytes::user_record(0, message_of(id + ".1"), kpl_bytes::number_field(2, 0))));
  }
  int64_t lines_with(const std::string& text) const {
    return std::count_if(sim.log().begin(), sim.log().end(),
                         [&](const LogLine& line) { return line.text.find(text) != line.text.npos; });
  }
};

TEST_F(input_distribution, no_user_record_of_a_service_managed_stream_is_skipped) {
  make_on_demand_stream(model::Distribution::automatic);
  put_aggregated("a", 20);
  const auto reader = start();
  EXPECT_TRUE(reads_all(*reader));
  EXPECT_EQ(reader->stat("out_of_range_records"), 0);
  EXPECT_EQ(lines_with("record distribution strategy AUTO"), 1);
}

TEST_F(input_distribution, no_user_record_is_skipped_after_a_switch_that_is_not_known_yet) {
  make_on_demand_stream(model::Distribution::user_partition_key);
  put_aggregated("a", 20);
  const auto reader = start();
  EXPECT_TRUE(reads_all(*reader));
  set(model::Distribution::automatic);
  put_aggregated("b", 20);
  EXPECT_TRUE(reads_all(*reader));
  EXPECT_EQ(reader->stat("out_of_range_records"), 0);
}

TEST_F(input_distribution, records_from_before_a_switch_back_are_read_in_full) {
  make_on_demand_stream(model::Distribution::automatic);
  put_aggregated("a", 20);
  set(model::Distribution::user_partition_key);
  put_aggregated("b", 20);
  const auto reader = start();
  EXPECT_TRUE(reads_all(*reader));
  EXPECT_EQ(reader->stat("out_of_range_records"), 0);
}

TEST_F(input_distribution, no_user_record_is_skipped_without_permission_to_describe_the_stream) {
  make_on_demand_stream(model::Distribution::automatic);
  service.faults().next_calls("DescribeStreamSummary", model::error_fault({400, "AccessDeniedException", "no"}),
                              9);
  put_aggregated("a", 20);
  const auto reader = start();
  EXPECT_TRUE(reads_all(*reader));
}

TEST_F(input_distribution, a_record_in_an_unexpected_shard_makes_the_input_look_the_stream_up_within_two_seconds) {
  make_on_demand_stream(model::Distribution::user_partition_key);
  const auto reader = start();
  reader->run_for(5000);
  const uint64_t calls = service.stats().calls.at("DescribeStreamSummary");
  set(model::Distribution::automatic);
  put_aggregated("a", 20);
  EXPECT_TRUE(reads_all(*reader));
  reader->run_for(2000);
  EXPECT_EQ(service.stats().calls.at("DescribeStreamSummary"), calls + 1);
  EXPECT_EQ(lines_with("record distribution strategy AUTO"), 1);
}

TEST_F(input_distribution, a_producer_with_its_own_placement_causes_one_look_up_and_not_one_for_each_record) {
  service.create_stream("in", 4);
  const auto reader = start();
  reader->run_for(5000);
  const uint64_t calls = service.stats().calls.at("DescribeStreamSummary");
  for (int i = 0; i < 100; ++i) {
    const std::string id = std::to_string(i);
    service.preload("in", "any" + id, aggregated(id, {id}));
    put_ids.insert(id);
    reader->run_for(300);
  }
  EXPECT_TRUE(reads_all(*reader));
  EXPECT_EQ(service.stats().calls.at("DescribeStreamSummary"), calls + 1);
}

TEST_F(input_distribution, the_hash_range_rule_applies_again_a_minute_after_a_switch_back) {
  make_on_demand_stream(model::Distribution::automatic);
  const auto reader = start();
  reader->run_for(5000);
  set(model::Distribution::user_partition_key);
  reader->run_for(kMinuteMs);
  EXPECT_EQ(lines_with("record distribution strategy USER_PARTITION_KEY"), 1);
  put_mixed("soon");
  EXPECT_TRUE(reader->run_until_ids(2));
  reader->run_for(kMinuteMs);
  put_mixed("later");
  EXPECT_TRUE(reader->run_until_ids(3));
  reader->run_for(5000);
  EXPECT_EQ(reader->stat("out_of_range_records"), 1);
}

TEST_F(input_distribution, a_record_without_a_partition_key_is_read_and_may_be_a_dead_letter) {
  make_on_demand_stream(model::Distribution::automatic);
  service.preload("in", "", message_of("a"));
  service.preload("in", "", aggregated("other", {"b"}));
  service.preload("in", "", "raw text");
  service.preload("in", "", "\x1F\x8B, but no gzip");
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 3 && reader->stat("dead_letter_records") == 1; }));
  EXPECT_EQ(reader->stat("raw_events"), 1);
  const std::string line = sim.files().content("/failures").value_or("");
  EXPECT_NE(line.find(R"("partition_key":"")"), std::string::npos) << line;
}

TEST_F(input_distribution, user_records_of_a_record_without_a_partition_key_are_never_skipped) {
  make_on_demand_stream(model::Distribution::user_partition_key);
  const auto reader = start();
  reader->run_for(5000);
  set(model::Distribution::automatic);
  // Whatever its shard: its first user record belongs in all of them.
  service.preload("in", "",
                  kpl_bytes::sealed(kpl_bytes::partition_key("k") + kpl_bytes::explicit_hash_key("many") +
                                    kpl_bytes::explicit_hash_key("0") +
                                    kpl_bytes::explicit_hash_key("340282366920938463463374607431768211455") +
                                    kpl_bytes::user_record(0, message_of("a"), kpl_bytes::number_field(2, 0)) +
                                    kpl_bytes::user_record(0, message_of("b"), kpl_bytes::number_field(2, 1)) +
                                    kpl_bytes::user_record(0, message_of("c"), kpl_bytes::number_field(2, 2))));
  EXPECT_TRUE(reader->run_until_ids(3));
  EXPECT_EQ(reader->stat("out_of_range_records"), 0);
}

}  // namespace
}  // namespace penstock::sim
