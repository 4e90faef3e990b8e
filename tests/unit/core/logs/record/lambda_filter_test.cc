// Properties of every batch and of any bytes.
#include "core/logs/record/lambda_filter.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "tests/record_checker.h"
#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

// Returns many combinations of options, so that each is on and off and combined with others.
std::vector<LambdaFilterOptions> many_options() {
  std::vector<LambdaFilterOptions> many(1);
  for (uint32_t choice = 0; choice < 64; choice += 3) {
    LambdaFilterOptions options;
    options.schema = static_cast<Schema>(choice % 4);
    if (options.schema == Schema::ecs) options.timestamp_key = "@timestamp";
    if ((choice & 4) != 0) options.json_key = "json";
    if ((choice & 32) != 0) options.timestamp_from = {"log.record", "time", "message", "@timestamp"};
    if ((choice & 8) != 0) options.source_key = "origin";
    options.event_id = (choice & 16) == 0;
    options.keep_message = (choice & 32) == 0;
    options.function_fields = (choice & 8) == 0;
    options.normalize_level = (choice & 16) != 0;
    options.parse_json_in_message = (choice & 32) != 0;
    many.push_back(options);
  }
  return many;
}

// Returns the first fault in the records of these bodies, or "".
std::string first_fault(const std::vector<std::string>& bodies, const LambdaFilterOptions& options = {}) {
  const RecordChecker checker(options);
  const std::vector<std::string> records = filtered(bodies, options);
  if (records.size() != bodies.size()) return std::to_string(records.size()) + " records";
  for (size_t index = 0; index < records.size(); ++index)
    if (const std::string fault = checker.fault(records[index], bodies[index]); !fault.empty())
      return fault + ": " + printable(bodies[index]) + " became " + records[index];
  return "";
}

TEST(transform, any_bytes_become_one_valid_record_without_loss) {
  std::mt19937 random(20190825);
  const std::vector<std::string> pieces = {"START RequestId: ",
                                           "REPORT RequestId: ",
                                           "\tDuration: ",
                                           " 1.5 ms",
                                           "{\"a\":",
                                           "}",
                                           "[",
                                           "]",
                                           "\"",
                                           "\\",
                                           "\\u",
                                           "d83d",
                                           ",",
                                           ":",
                                           "1e5",
                                           "null",
                                           "[INFO]\t",
                                           "2024-06-18T02:07:06.123Z",
                                           "\t",
                                           "6bc28136-aaaa-4365-b021-0ce6b2e64ab0",
                                           "\n",
                                           "\r",
                                           "ERROR",
                                           "{",
                                           "\"source\":",
                                           "\"source_original\":",
                                           "\"time\":\"2024-06-18T02:07:06.123Z\"",
                                           "\"type\":\"platform.report\",",
                                           "\"record\":{",
                                           "\"metrics\":{",
                                           "INIT_REPORT ",
                                           "Status: error",
                                           "XRAY TraceId: ",
                                           "I, [",
                                           "LAMBDA_WARNING: ",
                                           "\xF0\x9F\x98",
                                           "\x80",
                                           " "};
  std::vector<std::string> bodies;
  for (int round = 0; round < 1500; ++round) {
    std::string body;
    const size_t parts = random() % 12;
    for (size_t part = 0; part < parts; ++part) {
      if (random() % 4 == 0)
        for (size_t byte = random() % 9; byte > 0; --byte) body += static_cast<char>(random());
      else
        body += pieces[random() % pieces.size()];
    }
    bodies.push_back(body);
  }
  for (const LambdaFilterOptions& options : many_options()) ASSERT_EQ(first_fault(bodies, options), "");
}

TEST(transform, an_object_with_one_byte_changed_still_becomes_a_valid_record) {
  const std::string good =
      R"({"time":"2020-08-20T12:31:32.123Z","type":"platform.report","record":{"requestId":"r1",)"
      R"("metrics":{"durationMs":1.5},"tracing":{"value":"Root=1;Sampled=1"}},"source":"\u00e9","x":[1e5]})";
  std::vector<std::string> bodies;
  for (size_t at = 0; at < good.size(); ++at) {
    for (const char byte : {'\0', '"', '\\', '{', '}', '[', ',', '0', '\xff', '\n', '\x1b'}) {
      bodies.push_back(good);
      bodies.back()[at] = byte;
    }
  }
  for (const LambdaFilterOptions& options : many_options()) ASSERT_EQ(first_fault(bodies, options), "");
}

// Writes random JSON objects, with members in all forms that JSON allows.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::mt19937& random) : random_(random) {}

  std::string object(int depth) {
    std::string json = "{" + blanks();
    const size_t members = random_() % 8;
    for (size_t index = 0; index < members; ++index) {
      if (index > 0) json += "," + blanks();
      json += name() + blanks() + ":" + blanks() + value(depth) + blanks();
    }
    return json + "}";
  }

 private:
  template <size_t size>
  std::string one_of(const std::array<std::string_view, size>& choices) {
    return std::string(choices[random_() % size]);
  }
  std::string blanks() { return one_of<8>({"", "", "", "", " ", "\t", "\n  ", "\r\n"}); }
  std::string name() {
    return one_of<30>({R"("a")",
                       R"("b")",
                       R"("")",
                       R"("timestamp")",
                       R"("time")",
                       R"("level")",
                       R"("lambda")",
                       R"("event_id")",
                       R"("source")",
                       R"("s\u006furce")",
                       R"("source_original")",
                       R"("message")",
                       R"("requestId")",
                       R"("AWSRequestId")",
                       R"("ts")",
                       R"("type")",
                       R"("record")",
                       R"("_aws")",
                       R"("event\u005fid")",
                       R"("event_id_original")",
                       R"("event_id.x")",
                       R"("event")",
                       R"("id")",
                       R"("event.id")",
                       R"("log")",
                       R"("log.record")",
                       R"("record.uid")",
                       R"("uid")",
                       R"("cloud.region")",
                       R"("@timestamp")"});
  }
  std::string value(int depth) {
    if (depth > 0 && random_() % 4 == 0) return object(depth - 1);
    if (depth > 0 && random_() % 8 == 0) return "[" + value(depth - 1) + "," + value(depth - 1) + "]";
    return one_of<22>({"0",
                       "-0",
                       "12345678901234567890123",
                       "1.50",
                       "1E5",
                       "1e999",
                       "0.1e-7",
                       "null",
                       "true",
                       "false",
                       "[]",
                       "{}",
                       R"("")",
                       R"("x")",
                       R"("\ud83d\ude00 \" \\ \/ \n")",
                       "\"\xF0\x9F\x98\x80\"",
                       "\"\xFF\"",
                       R"("platform.report")",
                       R"("2024-06-18T02:07:06.123Z")",
                       R"("2024-06-18 02:07:06,123+0200")",
                       "1718676426.5",
                       "1718676426123"});
  }

  std::mt19937& random_;
};

TEST(transform, objects_pass_unchanged) {
  std::mt19937 random(20240618);
  ObjectWriter writer(random);
  std::vector<std::string> bodies;
  bodies.reserve(500);
  for (int round = 0; round < 500; ++round) bodies.push_back(writer.object(3));
  for (const LambdaFilterOptions& options : many_options()) ASSERT_EQ(first_fault(bodies, options), "");
}

TEST(transform, order_id_time_key_and_origin_are_passed_on) {
  penstock_record first = event_of("one");
  first.id = bytes("id1");
  first.key = bytes("key1");
  first.time_ms = 5;
  penstock_record second = event_of("two");
  second.flags = PENSTOCK_RECORD_TIME_IS_ARRIVAL;
  penstock_batch batch = {};
  const std::vector<penstock_record> events = {first, second};
  batch = batch_of(events);
  batch.ack_id = 9;
  batch.sequence_number = bytes("42");
  LambdaFilter filter({});
  const auto emit = [](void* ctx, const penstock_batch* out) -> int32_t {
    ++*static_cast<int*>(ctx);
    EXPECT_EQ(out->ack_id, 9u);
    EXPECT_EQ(out->struct_size, sizeof *out);
    EXPECT_EQ(view(out->sequence_number), "42");
    EXPECT_EQ(view(out->log_group), "/aws/lambda/f");
    EXPECT_EQ(out->record_count, 2u);
    EXPECT_EQ(view(out->records[0].id), "id1");
    EXPECT_EQ(view(out->records[0].key), "key1");
    EXPECT_EQ(out->records[0].time_ms, 5);
    EXPECT_EQ(out->records[0].flags, PENSTOCK_RECORD_JSON);
    EXPECT_EQ(out->records[1].flags, PENSTOCK_RECORD_JSON | PENSTOCK_RECORD_TIME_IS_ARRIVAL);
    EXPECT_NE(view(out->records[1].body).find("\"two\""), std::string_view::npos);
    return PENSTOCK_FULL;  // which does not stop the filter
  };
  int calls = 0;
  EXPECT_EQ(filter.apply(batch, emit, &calls), PENSTOCK_OK);
  EXPECT_EQ(calls, 1);
}

// Returns the records of events whose origin is only what `origin` has.
std::vector<std::string> filtered_from(const std::vector<std::string>& bodies, const penstock_batch& origin) {
  std::vector<penstock_record> events;
  events.reserve(bodies.size());
  for (const std::string& body : bodies) events.push_back(event_of(body));
  for (penstock_record& event : events) event.id = {};
  penstock_batch batch = batch_of(events);
  batch.log_group = origin.log_group;
  batch.log_stream = origin.log_stream;
  batch.owner = origin.owner;
  batch.region = origin.region;
  std::vector<std::string> out;
  LambdaFilter filter({});
  const auto emit = [](void* ctx, const penstock_batch* piece) -> int32_t {
    for (uint64_t index = 0; index < piece->record_count; ++index)
      static_cast<std::vector<std::string>*>(ctx)->emplace_back(view(piece->records[index].body));
    return PENSTOCK_OK;
  };
  EXPECT_EQ(filter.apply(batch, emit, &out), PENSTOCK_OK);
  return out;
}

TEST(transform, records_of_unknown_origin_have_no_source) {
  const std::string timestamp = R"("timestamp":")" + std::string(kEventTime) + '"';
  const std::vector<std::string> records =
      filtered_from({"hello", "{}", R"({"a":1})", R"({"timestamp":1})", R"({"source":"mine"})"}, {});
  ASSERT_EQ(records.size(), 5u);
  EXPECT_EQ(records[0], "{" + timestamp + R"(,"level":"INFO","message":"hello"})");
  EXPECT_EQ(records[1], "{" + timestamp + "}");
  EXPECT_EQ(records[2], R"({"a":1,)" + timestamp + "}");
  EXPECT_EQ(records[3], R"({"timestamp_original":1,)" + timestamp + "}");
  EXPECT_EQ(records[4], R"({"source":"mine",)" + timestamp + "}");
}

TEST(transform, source_has_the_known_parts_of_the_origin) {
  penstock_batch origin = {};
  origin.region = bytes("eu-west-1");
  const std::string object = R"({"timestamp":"2020-01-02T03:04:05Z"})";
  const std::string members = object.substr(0, object.size() - 1);
  EXPECT_EQ(filtered_from({object}, origin).at(0), members + R"(,"source":{"region":"eu-west-1"}})");
  origin.log_group = bytes("g");
  EXPECT_EQ(filtered_from({object}, origin).at(0),
            members + R"(,"source":{"logGroup":"g","region":"eu-west-1"}})");
}

TEST(transform, records_with_a_longer_stride_are_read) {
  struct Longer {
    penstock_record record;
    uint64_t more;
  };
  std::vector<Longer> events = {{event_of("one"), 1}, {event_of("two"), 2}};
  penstock_batch batch = batch_of({});
  batch.records = &events[0].record;
  batch.record_count = 2;
  batch.record_stride = sizeof(Longer);
  std::string bodies;
  const auto emit = [](void* ctx, const penstock_batch* out) -> int32_t {
    for (uint64_t index = 0; index < out->record_count; ++index)
      *static_cast<std::string*>(ctx) += view(out->records[index].body);
    return PENSTOCK_OK;
  };
  LambdaFilter filter({});
  EXPECT_EQ(filter.apply(batch, emit, &bodies), PENSTOCK_OK);
  EXPECT_NE(bodies.find("one"), std::string::npos);
  EXPECT_NE(bodies.find("two"), std::string::npos);
}

TEST(transform, a_large_batch_is_emitted_in_parts_and_a_rejection_ends_it) {
  const std::string body(1000, 'x');
  const std::vector<penstock_record> events(1000, event_of(body));
  struct Seen {
    std::vector<uint64_t> counts;
    size_t reject_from = SIZE_MAX;
  } seen;
  const auto emit = [](void* ctx, const penstock_batch* batch) -> int32_t {
    auto& to = *static_cast<Seen*>(ctx);
    if (to.counts.size() >= to.reject_from) return PENSTOCK_E_MEMORY;
    size_t bytes_out = 0;
    for (uint64_t index = 0; index < batch->record_count; ++index) bytes_out += batch->records[index].body.size;
    EXPECT_LE(bytes_out, 256u * 1024 + 2000);
    to.counts.push_back(batch->record_count);
    return PENSTOCK_OK;
  };
  LambdaFilter filter({});
  EXPECT_EQ(filter.apply(batch_of(events), emit, &seen), PENSTOCK_OK);
  EXPECT_GT(seen.counts.size(), 3u);
  uint64_t total = 0;
  for (const uint64_t count : seen.counts) total += count;
  EXPECT_EQ(total, 1000u);

  seen = {};
  seen.reject_from = 2;
  EXPECT_EQ(filter.apply(batch_of(events), emit, &seen), PENSTOCK_E_MEMORY);
  EXPECT_EQ(seen.counts.size(), 2u);

  seen = {};
  EXPECT_EQ(filter.apply(batch_of({}), emit, &seen), PENSTOCK_OK);
  EXPECT_TRUE(seen.counts.empty());
}

TEST(transform, records_are_counted_by_kind) {
  const std::vector<penstock_record> events = {event_of("END RequestId: x"), event_of("{}"), event_of("text"),
                                               event_of("text")};
  LambdaFilter filter({});
  const auto emit = [](void*, const penstock_batch*) -> int32_t { return PENSTOCK_OK; };
  EXPECT_EQ(filter.apply(batch_of(events), emit, nullptr), PENSTOCK_OK);
  EXPECT_EQ(filter.counters().records, 4);
  EXPECT_EQ(filter.counters().system_lines, 1);
  EXPECT_EQ(filter.counters().passed_through, 1);
  EXPECT_EQ(filter.counters().wrapped, 2);
}

TEST(transform, an_origin_without_region_has_no_region) {
  penstock_batch batch = batch_of({});
  const penstock_record event = event_of("x");
  batch.records = &event;
  batch.record_count = 1;
  batch.region = {};
  batch.log_group = bytes("a\"b\xff");
  std::string body;
  const auto emit = [](void* ctx, const penstock_batch* out) -> int32_t {
    *static_cast<std::string*>(ctx) = view(out->records[0].body);
    return PENSTOCK_OK;
  };
  LambdaFilter filter({});
  EXPECT_EQ(filter.apply(batch, emit, &body), PENSTOCK_OK);
  EXPECT_TRUE(body.ends_with(R"("source":{"logGroup":"a\"b)"
                             "\uFFFD"
                             R"(","logStream":"s","owner":"123"}})"))
      << body;
}

}  // namespace
}  // namespace penstock::logs
