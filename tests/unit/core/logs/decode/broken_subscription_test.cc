// Records that are not subscription messages, and broken messages. None of them affects other messages.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/gzip.h"
#include "tests/unit/core/logs/decode/decoded_subscription.h"

namespace penstock::logs {
namespace {

TEST(subscription, extracted_fields_truncated_anywhere_are_reported) {
  const std::string whole = message(R"({"message":"m","extractedFields":{"a":["\"",{"b":"\\"}]}})");
  for (size_t size = 1; size < whole.size(); ++size) {
    const Decoded decoded = decode(whole.substr(0, size), 1 << 20, ExtractedFields::keep);
    EXPECT_TRUE(decoded.lines.empty()) << size;
    EXPECT_FALSE(decoded.problem.ok()) << size;
  }
}

TEST(subscription, other_json_is_reported_and_does_not_affect_other_messages) {
  for (const std::string other :
       {R"({"TICKER":"SAC"})", "[1,2]", "17", "\"text\"", "null", R"({"messageType":7})",
        R"({"messageType":"DATA_MESSAGE"})", R"({"messageType":"DATA_MESSAGE","logEvents":{}})",
        R"({"messageType":"DATA_MESSAGE","logEvents":"x"})"}) {
    const Decoded decoded = decode(message(event("1")) + "\n" + other + "\n" + message(event("2")));
    EXPECT_EQ(decoded.lines.size(), 4u) << other;
    EXPECT_EQ(decoded.problem.code(), Code::invalid);
    EXPECT_TRUE(says(decoded.problem, "document 2")) << decoded.problem.message();
    EXPECT_TRUE(says(decoded.problem, other.substr(0, 5))) << decoded.problem.message();
  }
}

TEST(subscription, an_invalid_event_is_reported_and_does_not_affect_others) {
  for (const std::string bad : {"17", "\"text\"", "null", "[]", "[{}]", "{}", R"({"id":"9","timestamp":5})"}) {
    const Decoded decoded = decode(message(event("1") + "," + bad + "," + event("2")));
    EXPECT_EQ(decoded.lines, (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 1 m1", "5 2 m2"})) << bad;
    EXPECT_TRUE(says(decoded.problem, "invalid log events: no message in 1 of them (document 1 of the record"))
        << decoded.problem.message();
  }
}

std::string message_from(const std::string& owner, const std::string& group, const std::string& stream,
                         const std::string& events, const std::string& type = "DATA_MESSAGE") {
  return R"({"messageType":")" + type + R"(","owner":")" + owner + R"(","logGroup":")" + group +
         R"(","logStream":")" + stream + R"(","subscriptionFilters":["f"],"logEvents":[)" + events + "]}";
}

TEST(subscription, names_repeated_in_every_record_have_at_most_the_services_lengths) {
  const auto of = [](size_t count, const std::string& character = "x") {
    std::string text;
    while (count-- > 0) text += character;
    return text;
  };
  const auto rejected = [&](const std::string& record, const std::string& what) {
    const Decoded decoded = decode(record + message(event("1")));
    EXPECT_EQ(decoded.lines, kOneEvent) << "the next message is valid";
    EXPECT_TRUE(says(decoded.problem, what)) << decoded.problem.message();
    EXPECT_LT(decoded.problem.message().size(), 400U);
    EXPECT_EQ(decoded.counters.messages, 1);
    EXPECT_EQ(decoded.counters.events, 1);
  };
  for (const std::string character : {"x", "\u00E9", "\U0001F600"}) {
    const Decoded longest =
        decode(message_from(of(12, character), of(512, character), of(512, character), event("1")));
    EXPECT_TRUE(longest.problem.ok()) << longest.problem.message();
    EXPECT_EQ(longest.lines.size(), 2U);
    rejected(message_from(of(13, character), "g", "s", event("1")), "its owner has");
    rejected(message_from("1", of(513, character), "s", event("1")), "its logGroup has");
    rejected(message_from("1", "g", of(513, character), event("1")), "its logStream has");
  }
  rejected(R"({"owner":"1","logEvents":[)" + event("1") + R"(],"messageType":"DATA_MESSAGE","logGroup":")" +
               of(900'000) + "\"}",
           "its logGroup has 900000 bytes");
}

TEST(subscription, an_event_with_too_long_an_account_or_region_does_not_affect_others) {
  const auto from = [](size_t account, size_t region) {
    return R"({"id":"9","timestamp":5,"message":"m","extractedFields":{"@aws.account":")" +
           std::string(account, '1') + R"(","@aws.region":")" + std::string(region, 'r') + "\"}}";
  };
  EXPECT_TRUE(decode(message(from(12, 63))).problem.ok());
  for (const std::string& bad : {from(13, 63), from(12, 64), from(900'000, 9), from(9, 900'000)}) {
    const Decoded decoded = decode(message(event("1") + "," + bad + "," + event("2")), 2 << 20);
    EXPECT_EQ(decoded.lines, (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 1 m1", "5 2 m2"}));
    EXPECT_TRUE(says(decoded.problem, "an account of more than 12 characters")) << decoded.problem.message();
  }
}

TEST(subscription, an_event_with_too_long_a_source_log_group_does_not_affect_others) {
  const auto from = [](const std::string& group) {
    return R"({"id":"9","timestamp":5,"message":"m","extractedFields":{"@source.log":")" + group + "\"}}";
  };
  std::string longest;
  while (longest.size() < 2 * 512) longest += "\u00E9";
  EXPECT_EQ(decode(message(from(longest))).lines,
            (std::vector<std::string>{"batch 123 eu-west-1 " + longest + " s through g", "5 9 m"}));
  const Decoded decoded = decode(message(event("1") + "," + from(longest + "g") + "," + event("2")));
  EXPECT_EQ(decoded.lines, (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 1 m1", "5 2 m2"}));
  EXPECT_TRUE(says(decoded.problem, "a log group of more than 512, in 1 of them")) << decoded.problem.message();
}

TEST(subscription, a_skipped_message_may_have_names_of_any_length) {
  for (const std::string type : {"CONTROL_MESSAGE", "OTHER"}) {
    const std::string name(100'000, 'n');
    const Decoded decoded = decode(message_from(name, name, name, event("0"), type) + message(event("1")));
    EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
    EXPECT_EQ(decoded.lines, kOneEvent);
  }
}

TEST(subscription, a_syntax_error_ends_the_record_but_keeps_earlier_events) {
  const Decoded decoded = decode(message(event("1")) + "{\"messageType\":\x1b" + message(event("2")));
  EXPECT_EQ(decoded.lines, kOneEvent);
  EXPECT_TRUE(says(decoded.problem, "damaged JSON: ")) << decoded.problem.message();
  EXPECT_TRUE(says(decoded.problem, "(document 2 of the record")) << decoded.problem.message();
  EXPECT_TRUE(says(decoded.problem, "\\x1b")) << decoded.problem.message();
}

TEST(subscription, a_record_of_another_kind_is_reported_with_its_first_bytes) {
  const Decoded decoded = decode("INVALID_JSON { \"messageType\": \"CONTROL_MESSAGE\" }");
  EXPECT_TRUE(decoded.lines.empty());
  EXPECT_TRUE(says(decoded.problem, "neither gzip nor JSON")) << decoded.problem.message();
  EXPECT_TRUE(says(decoded.problem, "INVALID_JSON {")) << decoded.problem.message();
  EXPECT_FALSE(decode("").problem.ok());
  EXPECT_FALSE(decode(std::string(10, '\0')).problem.ok());
  EXPECT_FALSE(decode(gzip("")).problem.ok());
  EXPECT_FALSE(decode("\xF3\x89\x9A\xC2 aggregated").problem.ok());
}

TEST(subscription, a_message_truncated_anywhere_is_reported) {
  const std::string whole = message(event("1"));
  for (size_t size = 1; size < whole.size(); ++size) {
    const Decoded decoded = decode(whole.substr(0, size));
    EXPECT_TRUE(decoded.lines.empty()) << size;
    EXPECT_FALSE(decoded.problem.ok()) << size;
  }
}

TEST(subscription, a_changed_byte_never_affects_the_previous_message) {
  const std::string good = message(event("1"));
  const std::string other = message(R"({"id":"2","timestamp":"5","message":{"a":[1,"\ud83d\ude00"]},)"
                                    R"("extractedFields":{"@aws.account":"9"}})");
  for (size_t at = 0; at < other.size(); ++at) {
    for (const char byte : {'\0', '"', '\\', '{', '}', '[', ']', ',', ':', '0', 'u', 'd', '\xff', '\n', '\x1b'}) {
      std::string changed = other;
      changed[at] = byte;
      const Decoded decoded = decode(good + changed);
      ASSERT_GE(decoded.lines.size(), 2u);
      EXPECT_EQ(decoded.lines[0] + decoded.lines[1], kOneEvent[0] + kOneEvent[1]);
      const bool is_told = !decoded.problem.ok() || decoded.counters.other_messages > 0;
      EXPECT_TRUE(decoded.lines.size() > 2 || is_told) << changed;
    }
  }
}

TEST(subscription, a_damaged_gzip_member_does_not_affect_earlier_ones) {
  const Decoded decoded = decode(gzip(message(event("1"))) + gzip(message(event("2"))).substr(0, 40));
  EXPECT_EQ(decoded.lines, kOneEvent);
  EXPECT_TRUE(says(decoded.problem, "it is truncated")) << decoded.problem.message();
}

TEST(subscription, half_a_surrogate_pair_loses_one_character) {
  const auto body = [](const std::string& text) {
    const Decoded decoded = decode(message(R"({"id":"1","timestamp":5,"message":")" + text + "\"}"));
    EXPECT_TRUE(decoded.problem.ok()) << decoded.problem.message();
    return decoded.lines.empty() ? "" : decoded.lines.at(1);
  };
  for (size_t before = 0; before < 70; ++before) {
    const std::string shift(before, 'x');
    EXPECT_EQ(body(shift + R"(a\ud83d)"), "5 1 " + shift + "a\uFFFD");
    EXPECT_EQ(body(shift + R"(\uD83Db)"), "5 1 " + shift +
                                              "\uFFFD"
                                              "b");
    EXPECT_EQ(body(shift + R"(\ude00\ud83d)"), "5 1 " + shift + "\uFFFD\uFFFD");
    EXPECT_EQ(body(shift + R"(\ud83d\u0041)"), "5 1 " + shift +
                                                   "\uFFFD"
                                                   "A");
    EXPECT_EQ(body(shift + R"(\ud83d\ud83d\ude00)"), "5 1 " + shift + "\uFFFD😀");
    EXPECT_EQ(body(shift + R"(\\ud83d\\\ud83d)"), "5 1 " + shift + "\\ud83d\\\uFFFD");
  }
}

TEST(subscription, the_depth_of_messages_is_limited) {
  for (const char bracket : {'[', '{'}) {
    std::string deep = "{\"x\":";
    for (int level = 0; level < 100000; ++level) deep += bracket == '[' ? "[" : "{\"a\":";
    const Decoded decoded = decode(message(event("1")) + deep);
    EXPECT_EQ(decoded.lines, kOneEvent);
    EXPECT_TRUE(says(decoded.problem, "nested deeper than 1000")) << decoded.problem.message();
  }
  const auto nested = [](int levels) {
    return message(R"({"id":"1","timestamp":5,"message":)" + std::string(static_cast<size_t>(levels), '[') +
                   std::string(static_cast<size_t>(levels), ']') + "}");
  };
  EXPECT_TRUE(decode(nested(997)).problem.ok());  // three more levels are around it
  EXPECT_FALSE(decode(nested(998)).problem.ok());
}

}  // namespace
}  // namespace penstock::logs
