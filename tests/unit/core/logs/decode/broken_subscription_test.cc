// Records that are not subscription messages, and broken messages. None of them affects other messages.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/gzip.h"
#include "tests/unit/core/logs/decode/subscription_taken.h"

namespace penstock::logs {
namespace {

TEST(subscription, extracted_fields_cut_anywhere_are_told) {
  const std::string whole = message(R"({"message":"m","extractedFields":{"a":["\"",{"b":"\\"}]}})");
  for (size_t size = 1; size < whole.size(); ++size) {
    const Taken taken = take_apart(whole.substr(0, size), 1 << 20, ExtractedFields::keep);
    EXPECT_TRUE(taken.lines.empty()) << size;
    EXPECT_FALSE(taken.problem.ok()) << size;
  }
}

TEST(subscription, other_json_is_told_and_costs_its_neighbours_nothing) {
  for (const std::string other :
       {R"({"TICKER":"SAC"})", "[1,2]", "17", "\"text\"", "null", R"({"messageType":7})",
        R"({"messageType":"DATA_MESSAGE"})", R"({"messageType":"DATA_MESSAGE","logEvents":{}})",
        R"({"messageType":"DATA_MESSAGE","logEvents":"x"})"}) {
    const Taken taken = take_apart(message(event("1")) + "\n" + other + "\n" + message(event("2")));
    EXPECT_EQ(taken.lines.size(), 4u) << other;
    EXPECT_EQ(taken.problem.code(), Code::invalid);
    EXPECT_TRUE(says(taken.problem, "document 2")) << taken.problem.message();
    EXPECT_TRUE(says(taken.problem, other.substr(0, 5))) << taken.problem.message();
  }
}

TEST(subscription, a_bad_event_is_told_and_costs_its_neighbours_nothing) {
  for (const std::string bad : {"17", "\"text\"", "null", "[]", "[{}]", "{}", R"({"id":"9","timestamp":5})"}) {
    const Taken taken = take_apart(message(event("1") + "," + bad + "," + event("2")));
    EXPECT_EQ(taken.lines, (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 1 m1", "5 2 m2"})) << bad;
    EXPECT_TRUE(says(taken.problem, "invalid log events: no message in 1 of them (document 1 of the record"))
        << taken.problem.message();
  }
}

std::string message_from(const std::string& owner, const std::string& group, const std::string& stream,
                         const std::string& events, const std::string& type = "DATA_MESSAGE") {
  return R"({"messageType":")" + type + R"(","owner":")" + owner + R"(","logGroup":")" + group +
         R"(","logStream":")" + stream + R"(","subscriptionFilters":["f"],"logEvents":[)" + events + "]}";
}

TEST(subscription, names_that_every_record_repeats_have_the_lengths_of_the_service_at_most) {
  const auto of = [](size_t count, const std::string& character = "x") {
    std::string text;
    while (count-- > 0) text += character;
    return text;
  };
  const auto rejected = [&](const std::string& record, const std::string& what) {
    const Taken taken = take_apart(record + message(event("1")));
    EXPECT_EQ(taken.lines, kOneEvent) << "the next message is good";
    EXPECT_TRUE(says(taken.problem, what)) << taken.problem.message();
    EXPECT_LT(taken.problem.message().size(), 400U);
    EXPECT_EQ(taken.counters.messages, 1);
    EXPECT_EQ(taken.counters.events, 1);
  };
  for (const std::string character : {"x", "\u00E9", "\U0001F600"}) {
    const Taken longest =
        take_apart(message_from(of(12, character), of(512, character), of(512, character), event("1")));
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

TEST(subscription, an_event_whose_account_or_region_is_too_long_costs_its_neighbours_nothing) {
  const auto from = [](size_t account, size_t region) {
    return R"({"id":"9","timestamp":5,"message":"m","extractedFields":{"@aws.account":")" +
           std::string(account, '1') + R"(","@aws.region":")" + std::string(region, 'r') + "\"}}";
  };
  EXPECT_TRUE(take_apart(message(from(12, 63))).problem.ok());
  for (const std::string& bad : {from(13, 63), from(12, 64), from(900'000, 9), from(9, 900'000)}) {
    const Taken taken = take_apart(message(event("1") + "," + bad + "," + event("2")), 2 << 20);
    EXPECT_EQ(taken.lines, (std::vector<std::string>{"batch 123 eu-west-1 g s", "5 1 m1", "5 2 m2"}));
    EXPECT_TRUE(says(taken.problem, "an account of more than 12 characters")) << taken.problem.message();
  }
}

TEST(subscription, a_message_that_is_skipped_may_have_names_of_any_length) {
  for (const std::string type : {"CONTROL_MESSAGE", "OTHER"}) {
    const std::string name(100'000, 'n');
    const Taken taken = take_apart(message_from(name, name, name, event("0"), type) + message(event("1")));
    EXPECT_TRUE(taken.problem.ok()) << taken.problem.message();
    EXPECT_EQ(taken.lines, kOneEvent);
  }
}

TEST(subscription, a_syntax_error_ends_the_record_but_keeps_what_came_before) {
  const Taken taken = take_apart(message(event("1")) + "{\"messageType\":\x1b" + message(event("2")));
  EXPECT_EQ(taken.lines, kOneEvent);
  EXPECT_TRUE(says(taken.problem, "damaged JSON: ")) << taken.problem.message();
  EXPECT_TRUE(says(taken.problem, "(document 2 of the record")) << taken.problem.message();
  EXPECT_TRUE(says(taken.problem, "\\x1b")) << taken.problem.message();
}

TEST(subscription, a_record_of_another_kind_is_told_with_its_first_bytes) {
  const Taken taken = take_apart("INVALID_JSON { \"messageType\": \"CONTROL_MESSAGE\" }");
  EXPECT_TRUE(taken.lines.empty());
  EXPECT_TRUE(says(taken.problem, "neither gzip nor JSON")) << taken.problem.message();
  EXPECT_TRUE(says(taken.problem, "INVALID_JSON {")) << taken.problem.message();
  EXPECT_FALSE(take_apart("").problem.ok());
  EXPECT_FALSE(take_apart(std::string(10, '\0')).problem.ok());
  EXPECT_FALSE(take_apart(gzip("")).problem.ok());
  EXPECT_FALSE(take_apart("\xF3\x89\x9A\xC2 aggregated").problem.ok());
}

TEST(subscription, a_document_cut_anywhere_is_told) {
  const std::string whole = message(event("1"));
  for (size_t size = 1; size < whole.size(); ++size) {
    const Taken taken = take_apart(whole.substr(0, size));
    EXPECT_TRUE(taken.lines.empty()) << size;
    EXPECT_FALSE(taken.problem.ok()) << size;
  }
}

TEST(subscription, a_changed_byte_never_costs_the_document_before) {
  const std::string good = message(event("1"));
  const std::string other = message(R"({"id":"2","timestamp":"5","message":{"a":[1,"\ud83d\ude00"]},)"
                                    R"("extractedFields":{"@aws.account":"9"}})");
  for (size_t at = 0; at < other.size(); ++at) {
    for (const char byte : {'\0', '"', '\\', '{', '}', '[', ']', ',', ':', '0', 'u', 'd', '\xff', '\n', '\x1b'}) {
      std::string changed = other;
      changed[at] = byte;
      const Taken taken = take_apart(good + changed);
      ASSERT_GE(taken.lines.size(), 2u);
      EXPECT_EQ(taken.lines[0] + taken.lines[1], kOneEvent[0] + kOneEvent[1]);
      const bool is_told = !taken.problem.ok() || taken.counters.other_messages > 0;
      EXPECT_TRUE(taken.lines.size() > 2 || is_told) << changed;
    }
  }
}

TEST(subscription, a_damaged_gzip_member_costs_those_before_it_nothing) {
  const Taken taken = take_apart(gzip(message(event("1"))) + gzip(message(event("2"))).substr(0, 40));
  EXPECT_EQ(taken.lines, kOneEvent);
  EXPECT_TRUE(says(taken.problem, "it is truncated")) << taken.problem.message();
}

TEST(subscription, half_a_surrogate_pair_costs_one_character) {
  const auto body = [](const std::string& text) {
    const Taken taken = take_apart(message(R"({"id":"1","timestamp":5,"message":")" + text + "\"}"));
    EXPECT_TRUE(taken.problem.ok()) << taken.problem.message();
    return taken.lines.empty() ? "" : taken.lines.at(1);
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

TEST(subscription, nesting_is_bounded) {
  for (const char bracket : {'[', '{'}) {
    std::string deep = "{\"x\":";
    for (int level = 0; level < 100000; ++level) deep += bracket == '[' ? "[" : "{\"a\":";
    const Taken taken = take_apart(message(event("1")) + deep);
    EXPECT_EQ(taken.lines, kOneEvent);
    EXPECT_TRUE(says(taken.problem, "nested deeper than 1000")) << taken.problem.message();
  }
  const auto nested = [](int levels) {
    return message(R"({"id":"1","timestamp":5,"message":)" + std::string(static_cast<size_t>(levels), '[') +
                   std::string(static_cast<size_t>(levels), ']') + "}");
  };
  EXPECT_TRUE(take_apart(nested(997)).problem.ok());  // three more levels are around it
  EXPECT_FALSE(take_apart(nested(998)).problem.ok());
}

}  // namespace
}  // namespace penstock::logs
