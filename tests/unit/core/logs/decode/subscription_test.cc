// Records that are subscription messages, of every existing kind.
#include "core/logs/decode/subscription.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/gzip.h"
#include "tests/unit/core/logs/decode/decoded_subscription.h"

namespace penstock::logs {
namespace {

using namespace std::string_literals;

TEST(subscription, a_gzip_message_is_split_into_its_events) {
  const Decoded decoded = decode(gzip(message(event("1") + "," + event("2"))));
  EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
  EXPECT_EQ(decoded.lines, (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 1 m1", "5 2 m2"}));
  EXPECT_EQ(decoded.counters.messages, 1);
  EXPECT_EQ(decoded.counters.events, 2);
  EXPECT_EQ(decoded.counters.inflated_bytes, static_cast<int64_t>(message(event("1") + "," + event("2")).size()));
}

TEST(subscription, a_plain_json_message_is_read_like_gzip) {
  const Decoded decoded = decode(message(event("1")));
  EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
  EXPECT_EQ(decoded.lines, kOneEvent);
}

TEST(subscription, members_of_a_message_may_be_in_any_order_with_unknown_ones) {
  const Decoded decoded = decode(
      R"({"new":{"logEvents":[{"message":"not me"}],"x":[[1,{}]]},"logEvents":[{"x":[1,2],"message":"m1","y":)"
      R"({"message":"nor me","timestamp":9},"timestamp":5,"id":"1"}],"policyLevel":"ACCOUNT_LEVEL_POLICY",)"
      R"("logStream":"s","logGroup":"g","n":null,"owner":"123","b":true,"messageType":"DATA_MESSAGE"})");
  EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
  EXPECT_EQ(decoded.lines, kOneEvent);
}

TEST(subscription, escapes_are_decoded_and_other_bytes_kept) {
  const Decoded decoded =
      decode(message(R"({"id":"1","timestamp":5,"message":"a\tb\n\"c\"\\\/ \u00e9\ud83d\ude00 \u0000 )"
                     "\xFF\"}"));
  EXPECT_EQ(decoded.lines.at(1), "5 1 a\tb\n\"c\"\\/ é😀 \0 \xFF"s);
}

TEST(subscription, several_messages_may_follow_each_other) {
  for (const std::string between : {"", "\n", " \r\n\t"}) {
    const std::string first = message(event("1"));
    std::string second = between;
    second += message(event("2"));
    second += between;
    for (const std::string& data : {first + second, gzip(first + second), gzip(first) + gzip(second)}) {
      const Decoded decoded = decode(data);
      EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
      EXPECT_EQ(decoded.lines, (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 1 m1",
                                                         "batch 123 eu-west-1 g s", "5 2 m2"}));
    }
  }
}

TEST(subscription, pretty_printed_messages_and_zero_padding_are_read) {
  const Decoded decoded = decode(
      "{\n  \"messageType\" : \"DATA_MESSAGE\",\n  \"owner\": \"123\", \"logGroup\": \"g\",\r\n\t\"logStream\": "
      "\"s\","
      "\n  \"logEvents\": [\n    { \"id\": \"1\",\n \"timestamp\": 5, \"message\": \"m1\" }\n  ]\n}\n" +
      std::string(100, '\0'));
  EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
  EXPECT_EQ(decoded.lines, kOneEvent);
}

TEST(subscription, line_ends_and_zero_bytes_between_messages_are_padding) {
  const std::string one = message(event("1"));
  const std::string two = message(event("2"));
  const std::vector<std::string> both = {"batch 123 eu-west-1 g s", "5 1 m1", "batch 123 eu-west-1 g s", "5 2 m2"};
  for (const std::string& padding : {"\n"s, "\r\n"s, "\n\n"s, "\0"s, "\n\0\0\r\n"s, "\0\n\0"s}) {
    for (const std::string& data : {gzip(one) + padding + gzip(two) + padding, gzip(one + padding + two + padding),
                                    gzip(one + padding) + gzip(two) + padding, one + padding + two + padding}) {
      const Decoded decoded = decode(data);
      EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
      EXPECT_EQ(decoded.lines, both);
    }
    EXPECT_EQ(decode(gzip(one) + padding).lines, kOneEvent);
    EXPECT_TRUE(decode(gzip(one) + padding).problem.ok());
    EXPECT_TRUE(says(decode(padding).problem, "the record is empty"));
  }
}

TEST(subscription, control_messages_and_unknown_types_are_skipped_and_counted) {
  SubscriptionReader reader(1 << 20);
  const std::string data = message(event("0"), "CONTROL_MESSAGE") + message(event("0"), R"(NEW\u001b_KIND)") +
                           message(event("0"), "OTHER") + message(event("1"));
  reader.begin(data, origin_of_record());
  penstock_batch batch = {};
  ASSERT_EQ(reader.next(batch), SubscriptionReader::Step::batch);
  EXPECT_EQ(view(batch.records[0].id), "1");
  EXPECT_EQ(reader.next(batch), SubscriptionReader::Step::end);
  EXPECT_TRUE(reader.problem().ok()) << reader.problem().message();
  EXPECT_EQ(reader.counters().control_messages, 1);
  EXPECT_EQ(reader.counters().other_messages, 2);
  EXPECT_EQ(reader.counters().messages, 1);
  EXPECT_EQ(reader.unknown_type(), "NEW\\x1b_KIND");
}

TEST(subscription, an_event_that_mentions_control_messages_is_an_event) {
  const Decoded decoded = decode(message(R"({"id":"1","timestamp":5,"message":"CWL CONTROL MESSAGE: x"})"));
  EXPECT_EQ(decoded.lines.at(1), "5 1 CWL CONTROL MESSAGE: x");
}

TEST(subscription, timestamps_may_be_strings_or_have_a_fraction) {
  for (const std::string time : {"1725544035523", "\"1725544035523\"", "1725544035523.0", "1.725544035523e12"}) {
    const Decoded decoded = decode(message(R"({"id":"1","message":"m","timestamp":)" + time + "}"));
    EXPECT_EQ(decoded.lines.at(1), "1725544035523 1 m") << time;
  }
}

TEST(subscription, an_event_without_a_valid_timestamp_gets_the_arrival_time) {
  for (const std::string time :
       {"", R"(,"timestamp":null)", R"(,"timestamp":"soon")", R"(,"timestamp":-1)", R"(,"timestamp":{"a":1})",
        R"(,"timestamp":253402300800000)", R"(,"timestamp":"")", R"(,"timestamp":99999999999999999999999)"}) {
    const Decoded decoded = decode(message(event("0") + R"(,{"id":"1","message":"m")" + time + "}"));
    EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
    EXPECT_EQ(decoded.lines.at(1), "5 0 m0");
    EXPECT_EQ(decoded.lines.at(2), "1700000000123(arrival) 1 m") << time;
  }
  EXPECT_EQ(decode(message(R"({"id":"1","message":"m","timestamp":253402300799999})")).lines.at(1),
            "253402300799999 1 m");
}

TEST(subscription, a_message_that_is_not_a_string_becomes_its_json_text) {
  struct Case {
    std::string json;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {R"({ "a" : [ 1, 2.50, -1e5, true, null, "x\ny" ] , "b": {"c": {}, "d": []}, "e,": ":" })",
       R"({"a":[1,2.50,-1e5,true,null,"x\ny"],"b":{"c":{},"d":[]},"e,":":"})"},
      {"[[],{},\"[\",\"{\"]", "[[],{},\"[\",\"{\"]"},
      {"12345678901234567890", "12345678901234567890"},
      {"true", "true"},
      {"null", "null"},
  };
  for (const auto& [json, expected] : cases) {
    const Decoded decoded = decode(message(R"({"message":)" + json + R"(,"id":"1","timestamp":5},)" + event("2")));
    EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
    EXPECT_EQ(decoded.lines.at(1), "5 1 " + expected);
    EXPECT_EQ(decoded.lines.at(2), "5 2 m2");
  }
}

TEST(subscription, an_integer_id_is_kept_digit_by_digit) {
  for (const std::string id :
       {"0", "7", "-5", "18446744073709551616", "38700000000000000000000000000000000000000000000000000006"}) {
    const Decoded decoded = decode(message(R"({"id":)" + id + R"(,"timestamp":5,"message":"m"},)" + event("1")));
    EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
    EXPECT_EQ(decoded.lines, (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 " + id + " m", "5 1 m1"}));
  }
  const std::string digits(300, '9');
  EXPECT_EQ(decode(message(R"({"message":"m","timestamp":5,"id" : )" + digits + "}")).lines.at(1),
            "5 " + digits + " m");
  for (const std::string id : {"1.5", "1e3", "-0.0", "null", "true", "{}", "[7]"})
    EXPECT_EQ(decode(message(R"({"id":)" + id + R"(,"timestamp":5,"message":"m"})")).lines.at(1), "5  m");
  EXPECT_EQ(decode(message(R"({"timestamp":5,"message":{"id":7},"x":{"id":8}})")).lines.at(1), R"(5  {"id":7})");
}

// Valid in JSON, but not representable as a double, or only as 0.
const std::vector<std::string>& extreme_numbers() {
  static const std::vector<std::string> numbers = {"1e999",
                                                   "-1e999",
                                                   "1E+309",
                                                   "0.01e400",
                                                   "1e2147483648",
                                                   "1e-2147483649",
                                                   "1e-400",
                                                   "0e9999",
                                                   "1e" + std::string(500, '9'),
                                                   "-1e-" + std::string(500, '9'),
                                                   std::string(400, '9'),
                                                   "-" + std::string(400, '1'),
                                                   std::string(400, '9') + ".5e-9",
                                                   "0." + std::string(400, '0') + "1e999",
                                                   "-0",
                                                   "-0.0"};
  return numbers;
}

TEST(subscription, a_number_beyond_doubles_is_harmless_where_it_is_not_used) {
  for (const std::string& number : extreme_numbers()) {
    const std::string text = R"({"n":)" + number + R"(,"a":[)" + number + "," + number +
                             R"( ],"messageType":"DATA_MESSAGE","owner":"123",)" +
                             R"("logGroup":"g","logStream":"s","logEvents":[)" + event("0") +
                             R"(,{"id":"1","n":)" + number + R"(,"timestamp":5,"ingestionTime":)" + number +
                             R"(,"message":"m1"},)" + event("2") + "],\"b\":" + number + "}";
    const Decoded decoded = decode(text + event("3") + text);
    EXPECT_EQ(decoded.lines, (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 0 m0", "5 1 m1", "5 2 m2",
                                                       "batch 123 eu-west-1 g s", "5 0 m0", "5 1 m1", "5 2 m2"}))
        << number;
    EXPECT_TRUE(says(decoded.problem, "(document 2 of the record")) << decoded.problem.message();
  }
}

TEST(subscription, a_timestamp_beyond_doubles_affects_only_its_own_event) {
  for (const std::string& number : extreme_numbers()) {
    const bool is_zero = number.starts_with("-0") || number.starts_with("0e");
    for (const std::string& time : {number, '"' + number + '"'}) {
      const Decoded decoded =
          decode(message(event("0") + R"(,{"id":"1","timestamp":)" + time + R"(,"message":"m1"},)" + event("2")));
      EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
      EXPECT_EQ(decoded.lines,
                (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 0 m0",
                                          is_zero ? "0 1 m1" : "1700000000123(arrival) 1 m1", "5 2 m2"}))
          << time;
    }
  }
}

TEST(subscription, an_id_or_message_beyond_doubles_is_text) {
  for (const std::string& number : extreme_numbers()) {
    const bool is_whole = number.find_first_of(".eE") == number.npos;
    const Decoded decoded =
        decode(message(event("0") + R"(,{"id":)" + number + R"(,"timestamp":5,"message":{"a":[)" + number +
                       R"(]}},)" + R"({"id":"2","timestamp":5,"message":)" + number + "}," + event("3")));
    EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
    EXPECT_EQ(decoded.lines,
              (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 0 m0",
                                        "5 " + (is_whole ? number : "") + R"( {"a":[)" + number + "]}",
                                        "5 2 " + number, "5 3 m3"}));
  }
}

TEST(subscription, a_number_beyond_doubles_is_unchanged_in_extracted_fields) {
  for (const std::string& number : extreme_numbers()) {
    const std::string fields = R"({"n":)" + number + R"(,"@aws.account":"111","a":[)" + number + "]}";
    const std::string data =
        message(R"({"id":"1","timestamp":5,"message":"m","extractedFields":)" + fields + "}," + event("2"));
    EXPECT_EQ(decode(data, 1 << 20, ExtractedFields::keep).lines,
              (std::vector<std::string>{"batch 111 eu-west-1 g s", "5 1 m fields " + fields,
                                        "batch 123 eu-west-1 g s", "5 2 m2"}));
    EXPECT_EQ(decode(data).lines,
              (std::vector<std::string>{"batch 111 eu-west-1 g s", "5 1 m", "batch 123 eu-west-1 g s", "5 2 m2"}));
  }
}

TEST(subscription, text_that_only_begins_like_a_number_is_invalid_json) {
  for (const std::string text : {"1e999e5", "1e999.5", "1e999x", "1e", "1e+", "01e999", "1.e999", "-", "+1e999",
                                 "99e9999999999x", "Infinity"}) {
    const Decoded decoded =
        decode(message(R"({"id":"1","timestamp":)" + text + R"(,"message":"m1"},)" + event("2")));
    EXPECT_TRUE(says(decoded.problem, "damaged JSON: ") && says(decoded.problem, "(document 1 of"))
        << text << decoded.problem.message();
    EXPECT_TRUE(decoded.lines.empty()) << text;
  }
}

TEST(subscription, batches_are_split_where_account_or_region_change) {
  const auto from = [](const std::string& id, const std::string& fields) {
    return R"({"extractedFields":)" + fields + R"(,"id":")" + id + R"(","timestamp":5,"message":"m"})";
  };
  const Decoded decoded =
      decode(message(event("1") + "," + from("2", R"({"@aws.account":"111","@aws.region":"us-east-1","x":"y"})") +
                     "," + from("3", R"({"@aws.region":"us-east-1","@aws.account":"111"})") + "," +
                     from("4", R"({"@aws.region":"us-east-2"})") + "," + from("5", R"({"$1":"z"})")));
  EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
  EXPECT_EQ(decoded.lines, (std::vector<std::string>{
                               "batch 123 eu-west-1 g s", "5 1 m1", "batch 111 us-east-1 g s", "5 2 m", "5 3 m",
                               "batch 123 us-east-2 g s", "5 4 m", "batch 123 eu-west-1 g s", "5 5 m"}));
}

TEST(subscription, batches_are_split_where_the_source_log_group_changes) {
  const auto from = [](const std::string& id, const std::string& fields) {
    return R"({"id":")" + id + R"(","timestamp":5,"message":"m","extractedFields":)" + fields + "}";
  };
  const std::string data = message(
      event("1") + "," +
      from("2", R"({"@aws.account":"111","@aws.region":"us-east-1","@source.log":"/aws/lambda/\u0061"})") + "," +
      from("3", R"({"@source.log":"/aws/lambda/a","@aws.account":"111","@aws.region":"us-east-1"})") + "," +
      from("4", R"({"@source.log":"/aws/lambda/b"})") + "," + from("5", R"({"@source.log":7})") + "," +
      from("6", R"({"@source.log":""})") + "," + from("7", R"({"@source.log":{"@source.log":"/x"}})"));
  const std::vector<std::string> expected = {"batch 123 eu-west-1 g s",
                                             "5 1 m1",
                                             "batch 111 us-east-1 /aws/lambda/a s through g",
                                             "5 2 m",
                                             "5 3 m",
                                             "batch 123 eu-west-1 /aws/lambda/b s through g",
                                             "5 4 m",
                                             "batch 123 eu-west-1 g s",
                                             "5 5 m",
                                             "5 6 m",
                                             "5 7 m"};
  for (const std::string& record : {data, gzip(data)}) {
    EXPECT_TRUE(decode(record).problem.ok()) << decode(record).problem.message();
    EXPECT_EQ(decode(record).lines, expected);
  }
}

// CloudWatch Logs can keep the names of the log groups that it copies.
TEST(subscription, a_source_log_group_of_the_same_name_has_no_central_one) {
  EXPECT_EQ(decode(message(R"({"id":"1","timestamp":5,"message":"m",)"
                           R"("extractedFields":{"@aws.account":"111","@source.log":"g"}})"))
                .lines,
            (std::vector<std::string>{"batch 111 eu-west-1 g s", "5 1 m"}));
}

TEST(subscription, extracted_fields_are_kept_unchanged_on_request) {
  const auto with = [](const std::string& id, const std::string& fields) {
    return R"({"id":")" + id + R"(","timestamp":5,"message":"m","extractedFields":)" + fields + "}";
  };
  const std::string odd = "{ \"a\\u0041\\\"}\":\"}{\\\\\", \"b\" : [1.50,{\"c\":[\"]\"]}] ,\n\"a\":null}";
  const std::string data = message(event("1") + "," + with("2", odd) + "," + with("3", "{}") + "," +
                                   with("4", "null") + "," + with("5", "\"{}\"") + "," + event("6"));
  for (const std::string& record : {data, gzip(data)}) {
    const Decoded kept = decode(record, 1 << 20, ExtractedFields::keep);
    EXPECT_TRUE(kept.problem.ok()) << kept.problem.message();
    EXPECT_EQ(kept.lines, (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 1 m1", "5 2 m fields " + odd,
                                                    "5 3 m fields {}", "5 4 m", "5 5 m", "5 6 m6"}));
    EXPECT_EQ(decode(record).lines, (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 1 m1", "5 2 m",
                                                              "5 3 m", "5 4 m", "5 5 m", "5 6 m6"}));
  }
}

TEST(subscription, extracted_fields_that_are_kept_still_set_the_origin) {
  const std::string fields =
      R"({"@aws.account":"111","@aws.region":"us-east-1","@source.log":"h","level":"\ud83d"})";
  const std::string data =
      message(R"({"extractedFields":)" + fields + R"(,"id":"1","timestamp":5,"message":"m"})");
  EXPECT_EQ(
      decode(data, 1 << 20, ExtractedFields::keep).lines,
      (std::vector<std::string>{
          "batch 111 us-east-1 h s through g",
          R"(5 1 m fields {"@aws.account":"111","@aws.region":"us-east-1","@source.log":"h","level":"\ufffd"})"}));
}

TEST(subscription, a_missing_owner_group_or_stream_is_empty) {
  const Decoded decoded = decode(R"({"messageType":"DATA_MESSAGE","logEvents":[{"message":"m"}]})");
  EXPECT_EQ(decoded.lines, (std::vector<std::string>{"batch  eu-west-1  ", "1700000000123(arrival)  m"}));
}

TEST(subscription, a_message_without_events_gives_no_batch) {
  const Decoded decoded = decode(message(""));
  EXPECT_TRUE(decoded.problem.ok());
  EXPECT_TRUE(decoded.lines.empty());
  EXPECT_EQ(decoded.counters.messages, 1);
}

TEST(subscription, the_inflate_limit_applies_to_gzip_and_plain_json) {
  const std::string whole = message(event("1"));
  for (const std::string& data : {whole, gzip(whole)}) {
    EXPECT_EQ(decode(data, whole.size()).lines, kOneEvent);
    EXPECT_EQ(decode(data, whole.size() - 1).problem.code(), Code::too_large);
  }
}

TEST(subscription, many_events_are_emitted_in_batches_of_bounded_size) {
  std::string events;
  for (int index = 0; index < 20000; ++index) events += (index == 0 ? "" : ",") + event(std::to_string(index));
  SubscriptionReader reader(8 << 20);
  reader.begin(message(events), origin_of_record());
  penstock_batch batch = {};
  std::vector<uint64_t> sizes;
  while (reader.next(batch) == SubscriptionReader::Step::batch) sizes.push_back(batch.record_count);
  EXPECT_EQ(sizes, (std::vector<uint64_t>{8192, 8192, 20000 - 2 * 8192}));
}

TEST(subscription, large_buffers_are_freed_after_the_end) {
  SubscriptionReader reader(64 << 20);
  penstock_batch batch = {};
  const auto run = [&](size_t body_bytes) {
    reader.begin(gzip(message(R"({"message":")" + std::string(body_bytes, 'x') + "\"}")), origin_of_record());
    while (reader.next(batch) == SubscriptionReader::Step::batch) {
    }
    return reader.buffer_bytes();
  };
  EXPECT_LE(run(8 << 20), 1024u);
  const size_t small = run(500000);
  EXPECT_GT(small, 500000u);
  EXPECT_LE(small, 1u << 20);
}

}  // namespace
}  // namespace penstock::logs
