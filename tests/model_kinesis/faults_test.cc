// Faults: each kind, scripted and random, and the statistics.
#include "tests/model_kinesis/faults.h"

#include "tests/model_kinesis/model_fixture.h"

namespace penstock::model {
namespace {

TEST_F(model, a_scripted_throttle_or_error_500_applies_nothing) {
  service->faults().next_calls("PutRecords", throttle());
  service->faults().next_calls("PutRecords", internal_failure());
  service->faults().next_calls("PutRecords", error_fault({400, "KMSThrottlingException", "later"}));
  EXPECT_EQ(client.put("s", "k", "d").code(), "ProvisionedThroughputExceededException");
  const Response failed = client.put("s", "k", "d");
  EXPECT_EQ(failed.status(), 500);
  EXPECT_EQ(failed.code(), "InternalFailure");
  EXPECT_EQ(client.put("s", "k", "d").code(), "KMSThrottlingException");
  EXPECT_EQ(service->stats().records_put, 0U);
  EXPECT_TRUE(client.put("s", "k", "d").ok());
  EXPECT_EQ(service->stats().injected_errors, 3U);
}

TEST_F(model, a_scripted_reply_is_sent_unchanged_and_applies_nothing) {
  service->faults().next_calls("PutRecords", reply_fault({.status = 502, .headers = {}, .body = "<html>"}));
  const Response response = client.put("s", "k", "d");
  EXPECT_EQ(response.status(), 502);
  EXPECT_EQ(response.reply().body, "<html>");
  EXPECT_TRUE(response.reply().headers.empty());
  EXPECT_EQ(service->stats().records_put, 0U);
}

TEST_F(model, a_deleted_stream_is_gone_with_its_records_and_can_be_recreated) {
  EXPECT_TRUE(client.put("s", "k", "d").ok());
  service->delete_stream("s");
  EXPECT_EQ(client.put("s", "k", "d").code(), "ResourceNotFoundException");
  EXPECT_TRUE(service->create_stream("s", 1));
  EXPECT_TRUE(client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON")).ok());
  service->each_record("s", [](const Shard&, const Record&) { ADD_FAILURE(); });
}

TEST_F(model, a_fault_can_be_set_for_a_request_number) {
  service->faults().at(3, throttle());
  EXPECT_TRUE(client.put("s", "k", "d").ok());
  EXPECT_TRUE(client.put("s", "k", "d").ok());
  EXPECT_FALSE(client.put("s", "k", "d").ok());
  EXPECT_TRUE(client.put("s", "k", "d").ok());
}

TEST_F(model, a_closed_connection_applies_nothing_and_a_lost_response_everything) {
  service->faults().next_calls("PutRecords", close_before());
  service->faults().next_calls("PutRecords", lose_response());
  service->faults().next_calls("PutRecords", truncate_response());
  EXPECT_EQ(client.put("s", "k", "d").reply().wire, Wire::closed);
  EXPECT_EQ(service->stats().records_put, 0U);
  EXPECT_EQ(client.put("s", "k", "d").reply().wire, Wire::lost);
  EXPECT_EQ(service->stats().records_put, 1U);
  EXPECT_EQ(client.put("s", "k", "d").reply().wire, Wire::truncated);
  EXPECT_EQ(service->stats().records_put, 2U);
  EXPECT_EQ(service->stats().closed_connections, 1U);
  EXPECT_EQ(service->stats().lost_responses, 1U);
  EXPECT_EQ(service->stats().truncated_responses, 1U);
  EXPECT_EQ(service->stats().lost_response_records, 2U);
}

TEST_F(model, a_slow_response_has_its_delay) {
  service->faults().next_calls("ListShards", delay(1234));
  EXPECT_EQ(client.call("ListShards", R"({"StreamName":"s"})").reply().delay_ms, 1234);
}

TEST_F(model, iterators_expire_on_demand) {
  const std::string before = client.iterator("s", shard_id(0), "TRIM_HORIZON");
  service->faults().next_calls("GetRecords", expire_iterators());
  EXPECT_EQ(client.get(before).code(), "ExpiredIteratorException");
  EXPECT_TRUE(client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON")).ok());
}

TEST_F(model, page_tokens_expire_on_demand_with_iterators) {
  Settings settings;
  settings.list_shards_page = 1;
  start(settings);
  service->create_stream("two", 2);
  const std::string token = client.call("ListShards", R"({"StreamName":"two"})").text("NextToken");
  service->faults().next_calls("ListShards", expire_iterators());
  EXPECT_EQ(client.call("ListShards", R"({"NextToken":")" + token + "\"}").code(), "ExpiredNextTokenException");
}

TEST_F(model, a_short_response_is_continued_by_the_next) {
  for (int i = 0; i < 10; ++i) service->preload("s", "k", std::to_string(i));
  now_ms += 1000;
  service->faults().next_calls("GetRecords", short_response(0));
  service->faults().next_calls("GetRecords", short_response(0.59));
  const Response none = client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON"));
  EXPECT_EQ(none.size("Records"), 0U);
  EXPECT_EQ(none.number("MillisBehindLatest"), 1000);
  const Response some = client.get(none.text("NextShardIterator"));
  EXPECT_EQ(some.size("Records"), 5U);
  EXPECT_EQ(some.number("MillisBehindLatest"), 1000);
  const Response rest = client.get(some.text("NextShardIterator"));
  EXPECT_EQ(decoded(rest, "Records.0.Data"), "5");
  EXPECT_EQ(rest.number("MillisBehindLatest"), 0);
}

TEST_F(model, records_of_a_hidden_shard_appear_at_their_time) {
  service->preload("s", "k", "d");
  Shard& shard = service->stream("s")->shards()[0];
  service->stream("s")->split(shard, HashKey{1} << 127, now_ms);
  shard.hidden_until_ms = now_ms + 60'000;
  now_ms += 59'999;
  const Response hidden = client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON"));
  EXPECT_EQ(hidden.size("Records"), 0U);
  EXPECT_EQ(hidden.number("MillisBehindLatest"), 59'999);
  now_ms += 1;
  const Response shown = client.get(hidden.text("NextShardIterator"));
  EXPECT_EQ(shown.size("Records"), 1U);
  EXPECT_TRUE(shown.null("NextShardIterator"));
}

TEST_F(model, an_endless_shard_does_not_report_its_end_until_its_time) {
  Shard& shard = service->stream("s")->shards()[0];
  service->preload("s", "k", "d");
  service->stream("s")->split(shard, HashKey{1} << 127, now_ms);
  shard.endless_until_ms = now_ms + 60'000;
  now_ms += 59'999;
  const Response endless = client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON"));
  EXPECT_EQ(endless.size("Records"), 1U);
  EXPECT_EQ(endless.number("MillisBehindLatest"), 1);
  EXPECT_FALSE(endless.has("ChildShards"));
  now_ms += 1;
  const Response ended = client.get(endless.text("NextShardIterator"));
  EXPECT_TRUE(ended.null("NextShardIterator"));
  EXPECT_EQ(ended.number("MillisBehindLatest"), 0);
  EXPECT_EQ(ended.size("ChildShards"), 2U);
}

TEST_F(model, a_next_iterator_is_left_out_in_the_requested_form_with_child_shards) {
  service->preload("s", "k", "d");
  const auto left_out = [&](NoIterator form) {
    now_ms += 1000;
    service->faults().next_calls("GetRecords", no_iterator(form));
    const Response response = client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON"));
    EXPECT_EQ(response.size("Records"), 1U);
    EXPECT_FALSE(response.has("ChildShards"));
    return response;
  };
  EXPECT_TRUE(left_out(NoIterator::null).null("NextShardIterator"));
  EXPECT_FALSE(left_out(NoIterator::missing).has("NextShardIterator"));
  const Response empty = left_out(NoIterator::empty);
  EXPECT_TRUE(empty.has("NextShardIterator"));
  EXPECT_EQ(empty.text("NextShardIterator"), "");
  service->stream("s")->split(service->stream("s")->shards()[0], HashKey{1} << 127, now_ms);
  EXPECT_TRUE(left_out(NoIterator::null).null("NextShardIterator"));
  now_ms += 1000;
  const Response ended = client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON"));
  EXPECT_TRUE(ended.null("NextShardIterator"));
  EXPECT_EQ(ended.size("ChildShards"), 2U);
}

TEST_F(model, a_closed_shard_with_unread_records_always_has_an_iterator) {
  service->preload("s", "k", "d");
  Shard& shard = service->stream("s")->shards()[0];
  service->stream("s")->split(shard, HashKey{1} << 127, now_ms);
  shard.hidden_until_ms = now_ms + 60'000;
  service->faults().next_calls("GetRecords", no_iterator());
  EXPECT_FALSE(client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON")).null("NextShardIterator"));
}

TEST_F(model, child_shards_are_left_out_if_set) {
  service->settings().omits_child_shards = true;
  service->stream("s")->split(service->stream("s")->shards()[0], HashKey{1} << 127, now_ms);
  const Response ended = client.get(client.iterator("s", shard_id(0), "TRIM_HORIZON"));
  EXPECT_TRUE(ended.null("NextShardIterator"));
  EXPECT_FALSE(ended.has("ChildShards"));
}

TEST_F(model, listed_shards_may_be_outdated_if_set) {
  now_ms += 60'000;
  service->settings().list_shards_lag_ms = 10'000;
  service->stream("s")->split(service->stream("s")->shards()[0], HashKey{1} << 127, now_ms);
  const auto listed = [&] {
    const Response response = client.call("ListShards", R"({"StreamName":"s"})");
    EXPECT_EQ(response.has("Shards.0.SequenceNumberRange.EndingSequenceNumber"), response.size("Shards") == 3);
    return response.size("Shards");
  };
  std::map<size_t, int> sizes;
  for (int i = 0; i < 100; ++i) ++sizes[listed()];
  EXPECT_GT(sizes[1], 90) << "directly after the split";
  now_ms += 5000;
  for (int i = 0; i < 100; ++i) ++sizes[listed()];
  EXPECT_GT(sizes[1], 120);
  EXPECT_GT(sizes[3], 25);
  EXPECT_EQ(sizes[1] + sizes[3], 200);
  now_ms += 5000;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(listed(), 3U);
  service->create_stream("new", 2);
  EXPECT_EQ(client.call("ListShards", R"({"StreamName":"new"})").size("Shards"), 2U);
}

TEST_F(model, rejected_records_have_either_code_or_the_requested_one) {
  const auto codes = [&](const Fault& fault) {
    now_ms += 1000;
    service->faults().next_calls("PutRecords", fault);
    const Response response = client.call("PutRecords", put_records_body("s", 500, entry("k", "d")));
    std::map<std::string, int> count;
    for (int i = 0; i < 500; ++i) ++count[response.text("Records." + std::to_string(i) + ".ErrorCode")];
    EXPECT_EQ(response.number("FailedRecordCount"), 500 - count[""]);
    return count;
  };
  auto either = codes(reject_records(0.4));
  EXPECT_GT(either["InternalFailure"], 50);
  EXPECT_GT(either["ProvisionedThroughputExceededException"], 50);
  EXPECT_GT(either[""], 200);
  EXPECT_EQ(codes(reject_records(1, "InternalFailure"))["InternalFailure"], 500);
  EXPECT_EQ(service->stats().records_put + service->stats().records_rejected_by_faults, 1000U);
}

TEST_F(model, random_model_faults_have_their_frequency_and_repeat_with_the_seed) {
  const auto run = [&](uint64_t seed) {
    Settings settings;
    settings.seed = seed;
    start(settings);
    service->faults().set_rates({.throttle = 0.1,
                                 .internal_failure = 0.1,
                                 .close = 0.1,
                                 .lose_response = 0.1,
                                 .truncate = 0.1,
                                 .delay = 0.1,
                                 .delay_ms = 50,
                                 .bad_gateway = 0.1});
    std::string trace;
    for (int i = 0; i < 1000; ++i) {
      const Response response = client.call("ListShards", R"({"StreamName":"s"})");
      trace += response.code() + std::to_string(static_cast<int>(response.reply().wire)) +
               std::to_string(response.reply().delay_ms) + ",";
    }
    return trace;
  };
  const std::string first = run(7);
  const Stats& stats = service->stats();
  for (const uint64_t count :
       {stats.injected_errors / 3, stats.closed_connections, stats.lost_responses, stats.truncated_responses}) {
    EXPECT_GT(count, 60U);
    EXPECT_LT(count, 140U);
  }
  EXPECT_EQ(first, run(7));
  EXPECT_NE(first, run(8));
}

TEST_F(model, a_hook_sees_each_request_with_its_number) {
  std::vector<uint64_t> numbers;
  service->on_request([&](uint64_t number, const Request& request) {
    numbers.push_back(number);
    EXPECT_EQ(request.method, "POST");
  });
  client.put("s", "k", "d");
  client.call("Nonsense", "{}");
  EXPECT_EQ(numbers, (std::vector<uint64_t>{1, 2}));
  EXPECT_EQ(service->stats().calls.at("PutRecords"), 1U);
}

}  // namespace
}  // namespace penstock::model
