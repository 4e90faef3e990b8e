// For any input, the fast path emits what the JSON parser emits.
#include "core/logs/decode/fast_message.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/fast_message_reference.h"

namespace penstock::logs {
namespace {

constexpr const char* kHeader =
    R"({"messageType":"DATA_MESSAGE","owner":"123","logGroup":"/aws/lambda/f","logStream":"2024/09/05/[$LATEST]1",)"
    R"("subscriptionFilters":["f"],"logEvents":[)";

std::string event_of(const std::string& escaped_message) {
  return R"({"id":"38480917865042697267627490045603633139480491071049695232","timestamp":1725544035523,"message":")" +
         escaped_message + "\"}";
}

std::string message_of(const std::string& events) { return kHeader + events + "]}"; }

bool fast_path_reads(const std::string& json) {
  EXPECT_EQ(fast_path_difference(json), "");
  return read_message_for_test(json, true).fast_path_took_all;
}

TEST(fast_message, the_fast_path_reads_the_form_that_cloudwatch_logs_writes) {
  EXPECT_TRUE(fast_path_reads(message_of(event_of("one"))));
  EXPECT_TRUE(
      fast_path_reads(message_of(event_of("") + "," + event_of("two\\n") + "," + event_of("\\u00e9\\t\xC3\xA9"))));
  EXPECT_TRUE(fast_path_reads(
      R"({"messageType":"DATA_MESSAGE","owner":"","logGroup":"","logStream":"","subscriptionFilters":["a","","b"],)"
      R"("logEvents":[)" +
      event_of("m") + "]}"));
  EXPECT_TRUE(fast_path_reads(message_of(event_of("m")) + "{\"another\":\"document\"}"));
}

TEST(fast_message, the_fast_path_leaves_other_forms_to_the_parser) {
  const std::string good = event_of("good\\n");
  for (const std::string& other :
       {message_of(""),
        message_of(good + ", " + good),
        message_of(good + ","),
        message_of(good + ",,"),
        message_of(good + ",{}"),
        message_of(good + ",7"),
        message_of(good + "," + good) + "}",
        kHeader + good + R"(],"policyLevel":"ACCOUNT_LEVEL_POLICY"})",
        kHeader + good + R"(],"owner":"another","logEvents":[)" + good + "]}",
        kHeader + good + "] }",
        kHeader + good + "," + good,
        "{" + message_of(good),
        " " + message_of(good),
        message_of(good + R"(,{"id":"1","timestamp":5,"message":"m"},)" + good),
        message_of(good + R"(,{"id":"1","timestamp":"1725544035523","message":"m"},)" + good),
        message_of(good + R"(,{"id":"1","timestamp":0725544035523,"message":"m"},)" + good),
        message_of(good + R"(,{"id":"1","timestamp":17255440355230,"message":"m"},)" + good),
        message_of(good + R"(,{"id":"1","timestamp":1725544035.23,"message":"m"},)" + good),
        message_of(good + R"(,{"id":"\u0031","timestamp":1725544035523,"message":"m"},)" + good),
        message_of(good + R"(,{"id":"1","timestamp":1725544035523,"message":{"a":"m"}},)" + good),
        message_of(
            good +
            R"(,{"id":"1","timestamp":1725544035523,"message":"m\t","extractedFields":{"@aws.region":"r"}},)" +
            good),
        message_of(good + R"(,{"timestamp":1725544035523,"id":"1","message":"m\t"},)" + good)}) {
    // A second document after it, or the rest of the first, does not matter.
    const bool is_whole = other == message_of(good + "," + good) + "}";
    EXPECT_EQ(fast_path_reads(other), is_whole) << other;
  }
}

TEST(fast_message, text_before_an_event_left_to_the_parser_is_complete) {
  for (size_t size = 0; size < 40; ++size) {
    const std::string text(size, 'x');
    for (const std::string& before : {event_of(text), event_of("\\n" + text), event_of(text + "\\n")})
      EXPECT_FALSE(fast_path_reads(message_of(before + R"(,{"id":"1","timestamp":5,"message":"m"})"))) << before;
  }
}

TEST(fast_message, the_fast_path_reads_an_id_of_any_length_with_anything_at_any_position) {
  const auto event_with_id = [](const std::string& id) {
    return R"({"id":")" + id + R"(","timestamp":1725544035523,"message":"m"})";
  };
  for (size_t digits = 0; digits < 140; ++digits) {
    const std::string id(digits, '7');
    ASSERT_TRUE(fast_path_reads(message_of(event_with_id(id) + "," + event_with_id(id)))) << digits;
    const std::string whole = message_of(event_with_id(id));
    for (size_t cut = 0; cut < digits + 50; cut += 5)
      ASSERT_FALSE(fast_path_reads(whole.substr(0, whole.size() - cut - 1))) << digits << " cut by " << cut;
  }
  for (size_t at = 0; at < 70; ++at) {
    for (const char* const plain : {"a", "/", ":", "\xC3\xA9"})
      ASSERT_TRUE(
          fast_path_reads(message_of(event_with_id(std::string(at, '7') + plain + std::string(70 - at, '7')))));
    for (const char* const other : {"\\n", "\\\"", "\x1f", "\""})
      ASSERT_FALSE(
          fast_path_reads(message_of(event_with_id(std::string(at, '7') + other + std::string(70 - at, '7')))));
  }
}

TEST(fast_message, the_fast_path_decodes_every_escape_at_every_position) {
  const std::vector<std::string> escapes = {R"(\")",           R"(\\)",           R"(\/)",
                                            R"(\b)",           R"(\f)",           R"(\n)",
                                            R"(\r)",           R"(\t)",           R"(\u0000)",
                                            R"(\u001f)",       R"(\u007f)",       R"(\u0080)",
                                            R"(\u07FF)",       R"(\u0800)",       R"(\uffff)",
                                            R"(\ud83d\ude00)", R"(\uDBFF\uDFFF)", R"(\ud800\udc00)",
                                            R"(\ud83d)",       R"(\ude00)",       R"(\ud83d\ud83d\ude00)",
                                            R"(\ud83d\u0041)", R"(\ud83d\n)",     R"(\\ud83d)",
                                            R"(\\\ud83d)",     R"(\\\\\\)",       R"(\\\")"};
  for (const std::string& escape : escapes)
    for (size_t before = 0; before < 140; ++before)
      for (const size_t size_after : {0u, 1u, 31u, 32u, 33u, 64u, 100u})
        ASSERT_TRUE(fast_path_reads(message_of(
            event_of(std::string(before, 'a') + escape + std::string(size_after, 'z')) + "," + event_of(escape))))
            << escape << " at " << before;
}

TEST(fast_message, the_fast_path_decodes_escapes_in_messages_of_any_length) {
  for (size_t before = 900; before < 1200; ++before) {
    for (const char* const last : {"", "\\n", "\\\\", "\\u00e9"}) {
      ASSERT_TRUE(fast_path_reads(message_of(event_of(std::string(before, 'a') + last))));
      std::string dense = std::string(before % 7, 'a');
      while (dense.size() < before) dense += "\\n\\u00e9\\\\xx\\\"";
      ASSERT_TRUE(fast_path_reads(message_of(event_of(dense + last) + "," + event_of(last)))) << before;
    }
  }
}

TEST(fast_message, an_escape_at_the_end_of_a_message_does_not_move_the_text_before_it) {
  for (const char* const escape : {"\\n", "\\\\", "\\\"", "\\/"}) {
    for (size_t before = 0; before < 140; ++before) {
      const std::string event = event_of(std::string(before, 'a') + escape);
      ASSERT_TRUE(fast_path_reads(message_of(event + "," + event)));
      ASSERT_FALSE(fast_path_reads(message_of(event + R"(,{"id":"1","timestamp":5,"message":"m"})"))) << before;
    }
  }
}

TEST(fast_message, the_fast_path_rejects_what_the_parser_rejects) {
  const std::vector<std::string> bad = {
      "\\x",  "\\", "\\u12", "\\u12g4", "\\u",      "\\U0041",      std::string(1, '\0'),
      "\x01", "\n", "\x1f",  "\\\x01",  "\\u00\"0", "\\ud83d\\u12", "\\ud83d\\ude0"};
  for (const std::string& part : bad) {
    for (size_t before = 0; before < 70; ++before) {
      const std::string json =
          message_of(event_of("good\\n") + "," + event_of(std::string(before, '\\') + part) + "," +
                     event_of(std::string(before, 'a') + part + "k") + "," + event_of("good"));
      ASSERT_FALSE(fast_path_reads(json)) << before;
    }
  }
}

TEST(fast_message, a_changed_or_truncated_message_gives_the_parsers_result) {
  const std::string whole = message_of(event_of("one\\n\\\"two\\\"") + "," + event_of("\\ud83d\\ude00 three"));
  for (size_t at = 0; at < whole.size(); ++at) {
    EXPECT_EQ(fast_path_difference(whole.substr(0, at)), "") << "cut to " << at;
    for (const char byte : {'\0', '"', '\\', '{', '}', '[', ']', ',', ':', '0', 'u', 'd', '\xff', '\n', ' '}) {
      std::string changed = whole;
      changed[at] = byte;
      ASSERT_EQ(fast_path_difference(changed), "") << changed;
    }
  }
}

TEST(fast_message, random_messages_give_the_parsers_result) {
  std::mt19937 random(20240905);
  const std::vector<std::string> parts = {"a",
                                          "\\\"",
                                          "\\\\",
                                          "\\n",
                                          "\\t",
                                          "\\/",
                                          "\\u00e9",
                                          "\\ud83d\\ude00",
                                          "\\ud83d",
                                          "\xC3\xA9",
                                          "text that is longer than a block of bytes is",
                                          "{",
                                          "\\u"};
  size_t taken = 0;
  for (int turn = 0; turn < 3000; ++turn) {
    std::string events;
    const size_t count = 1 + random() % 4;
    for (size_t index = 0; index < count; ++index) {
      std::string text;
      for (size_t left = random() % 60; left > 0; --left)
        text += parts[random() % (parts.size() - (random() % 500 == 0 ? 0 : 1))];
      events += (index == 0 ? "" : ",") + event_of(text);
    }
    taken += fast_path_reads(message_of(events)) ? 1 : 0;
  }
  EXPECT_GT(taken, 1500u);
  EXPECT_LT(taken, 3000u);
}

}  // namespace
}  // namespace penstock::logs
