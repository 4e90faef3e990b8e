// Messages with more events than are held at a time, and batches of bounded size.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "core/logs/decode/subscription.h"
#include "tests/gzip.h"

namespace penstock::logs {
namespace {

using Lines = std::vector<std::string>;

struct Taken {
  Lines events;  // each with its batch's fields
  std::vector<uint64_t> batches;
  size_t max_batch_bytes = 0;
  Status problem;
  SubscriptionCounters counters;
};

Taken take_apart(const std::string& data) {
  SubscriptionReader reader(size_t{16} << 20, ExtractedFields::keep);
  penstock_batch origin = {};
  origin.region = bytes("eu-west-1");
  reader.begin(data, origin);
  Taken taken;
  penstock_batch batch = {};
  while (reader.next(batch) == SubscriptionReader::Step::batch) {
    taken.batches.push_back(batch.record_count);
    taken.max_batch_bytes = std::max(taken.max_batch_bytes, reader.batch_bytes());
    for (uint64_t i = 0; i < batch.record_count; ++i) {
      const penstock_record& record = batch.records[i];
      std::string& line = taken.events.emplace_back();
      for (const penstock_bytes part : {batch.owner, batch.region, batch.log_group, batch.log_stream, record.id,
                                        record.body, record.extracted_fields})
        line.append(view(part)).append("|");
      line += std::to_string(record.time_ms);
    }
  }
  taken.problem = reader.problem();
  taken.counters = reader.counters();
  return taken;
}

const std::string kNames = R"("messageType":"DATA_MESSAGE","owner":"123","logGroup":"g","logStream":"s")";

std::string event(size_t number) {
  return R"({"id":")" + std::to_string(number) + R"(","timestamp":1725544035523,"message":"m"})";
}

std::string events(size_t count, const std::string& comma = ",") {
  std::string text;
  for (size_t number = 0; number < count; ++number) text += (number > 0 ? comma : "") + event(number);
  return text;
}

std::string message(const std::string& event_list) {
  return "{" + kNames + R"(,"subscriptionFilters":["f"],"logEvents":[)" + event_list + "]}";
}

void expect_all(const Taken& taken, size_t count) {
  EXPECT_TRUE(taken.problem.ok()) << taken.problem.message();
  ASSERT_EQ(taken.events.size(), count);
  for (size_t number = 0; number < count; ++number)
    ASSERT_EQ(taken.events[number], "123|eu-west-1|g|s|" + std::to_string(number) + "|m||1725544035523");
  EXPECT_EQ(taken.counters.messages, 1);
  EXPECT_EQ(taken.counters.events, static_cast<int64_t>(count));
}

TEST(subscription_parts, a_message_with_any_number_of_events_is_read_completely) {
  for (const size_t count : {8191U, 8192U, 8193U, 16384U, 20'000U}) {
    SCOPED_TRACE(count);
    expect_all(take_apart(message(events(count))), count);
    expect_all(take_apart(gzip(message(events(count)))), count);
    expect_all(take_apart(message(" " + events(count, " ,\n ") + "\n")), count);
    expect_all(take_apart(message(events(count, ", "))), count);
    expect_all(take_apart(R"({"policyLevel":"X","logEvents":[)" + events(count) + "]," + kNames + "}"), count);
  }
}

TEST(subscription_parts, names_after_the_events_apply_from_the_first_event) {
  const std::string list = R"({"logEvents":[)" + events(20'000) + "]";
  expect_all(take_apart(list + R"(, "x":{"owner":"no"},"y":["owner","7"] ,"owner": "1\u00323","logGroup":"g",)"
                               R"("logStream":"old","logStream":"s" , "messageType" :"DATA_MESSAGE"})"),
             20'000);
  const Taken without = take_apart(list + R"(,"messageType":"DATA_MESSAGE"})");
  ASSERT_EQ(without.events.size(), 20'000U);
  EXPECT_TRUE(without.events[0].starts_with("|eu-west-1|||0|m|")) << without.events[0];
}

TEST(subscription_parts, a_rejected_or_skipped_message_does_not_affect_the_next) {
  const std::string next = message(events(1));
  for (const std::string names :
       {R"("messageType":"CONTROL_MESSAGE","logGroup":"g")", R"("messageType":"NEW","logGroup":"]}")"}) {
    const std::string list = R"("logEvents":[)" + events(20'000) + "]";
    expect_all(take_apart("{" + names + "," + list + "}" + next), 1);
    expect_all(take_apart("{" + list + "," + names + "} " + next), 1);
  }
  const std::string group = std::string(900'000, 'g') + "\\";
  const Taken taken = take_apart(R"({"messageType":"DATA_MESSAGE","logEvents":[)" + events(20'000) +
                                 R"(],"logGroup":")" + group + "\"\"}" + next);
  EXPECT_EQ(taken.events.size(), 1U);
  EXPECT_FALSE(taken.problem.ok());
}

TEST(subscription_parts, an_error_after_the_first_part_is_reported_and_earlier_events_are_emitted) {
  const std::string good = events(8'192);
  for (const std::string bad : {"", " ", "x", "]", "{}", ",", ",]}", ",,{}]}", ",{\"message\":", "]"}) {
    const Taken taken = take_apart("{" + kNames + R"(,"subscriptionFilters":["f"],"logEvents":[)" + good + bad);
    EXPECT_EQ(taken.events.size(), 8'192U) << bad;
    EXPECT_TRUE(taken.problem.message().starts_with("damaged JSON: ")) << bad << ": " << taken.problem.message();
    EXPECT_NE(taken.problem.message().find("(document 1 of"), std::string::npos) << taken.problem.message();
  }
}

TEST(subscription_parts, invalid_events_are_reported_from_every_part) {
  const Taken taken = take_apart(message(events(8'192) + ",{}," + event(8'192) + ",7"));
  EXPECT_EQ(taken.events.size(), 8'193U);
  EXPECT_NE(taken.problem.message().find("invalid log events: no message in 2 of them (document 1 of"),
            std::string::npos)
      << taken.problem.message();
}

// Whatever the content at the end of a part and the beginning of the next.
TEST(subscription_parts, splitting_into_parts_does_not_change_the_result) {
  const Lines forms = {
      event(1),
      R"({"id":"e","timestamp":1725544035523,"message":"a\tb\"\\ \u00e9\ud83d\ude00\n"})",
      R"({"id":"s","timestamp":1725544035523,"message":"half \ud83d"})",
      R"({"id":"o","timestamp":"7","message":{"a":[1,"x\ty"]}})",
      R"({"message":""})",
      R"({ "message" : "spaced" , "id":"b" })",
      R"({"id":"f","timestamp":5,"message":"m","extractedFields":{"@aws.region":"us-east-1","x":"\u0041"}})",
      R"({"id":"w","timestamp":1725544035523,"message":")" + std::string(200, 'w') + "\"}",
  };
  std::mt19937_64 random(20190825);
  for (int round = 0; round < 8; ++round) {
    SCOPED_TRACE(round);
    std::string whole, pieces, piece;
    for (size_t number = 0; number < 25'000; ++number) {
      const bool plain = round % 2 == 0 && random() % 50 > 0;
      const std::string& one = forms[plain ? 0 : random() % forms.size()];
      const std::string comma = random() % 100 == 0 ? " , " : ",";
      if (number > 0) whole += comma;
      whole += one;
      if (!piece.empty()) piece += comma;
      piece += one;
      if (number % 1000 != 999) continue;
      pieces += message(piece);
      piece.clear();
    }
    const Taken one = take_apart(message(whole)), many = take_apart(pieces);
    EXPECT_TRUE(one.problem.ok()) << one.problem.message();
    EXPECT_EQ(one.events.size(), 25'000U);
    EXPECT_TRUE(one.events == many.events);
  }
}

TEST(subscription_parts, a_batch_has_at_most_a_mebibyte_including_repeated_names) {
  const auto of = [](size_t body_bytes) {
    return R"({"id":"1","timestamp":1725544035523,"message":")" + std::string(body_bytes, 'x') + "\"}";
  };
  constexpr size_t kMax = SubscriptionReader::kMaxBatchBytes;
  const Taken large = take_apart(
      message(of(400'000) + "," + of(400'000) + "," + of(400'000) + "," + of(3'000'000) + "," + of(10)));
  EXPECT_EQ(large.batches, (std::vector<uint64_t>{2, 1, 1, 1}));
  EXPECT_GT(large.max_batch_bytes, kMax) << "one larger event has its own batch";

  const std::string name(512, 'n');
  const Taken repeated = take_apart(R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":")" + name +
                                    R"(","logStream":")" + name + R"(","logEvents":[)" + events(5'000) + "]}");
  EXPECT_EQ(repeated.events.size(), 5'000U);
  EXPECT_LE(repeated.max_batch_bytes, kMax);
  EXPECT_GT(repeated.batches.size(), 4U);
}

}  // namespace
}  // namespace penstock::logs
