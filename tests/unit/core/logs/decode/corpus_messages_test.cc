// Real subscription messages, each compared with its events.
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <ostream>
#include <string>
#include <vector>

#include "base/base64.h"
#include "base/bytes.h"
#include "core/logs/decode/subscription.h"
#include "tests/gzip.h"
#include "tests/unit/core/logs/corpus.h"

namespace penstock::logs {
namespace {

using corpus::member;
using corpus::to_string;
using rapidjson::Document;
using rapidjson::Value;

constexpr int64_t kArrivalMs = 1566741555269;
constexpr size_t kInflateLimitBytes = 16 << 20;

// A log event with its batch's fields.
struct Event {
  std::string id;
  int64_t time_ms;
  std::string body;
  std::string log_group;
  std::string log_stream;
  std::string owner;
  std::string region;

  bool operator==(const Event&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Event& event) {
    return out << event.id << ' ' << event.time_ms << ' ' << event.log_group << ' ' << event.log_stream << ' '
               << event.owner << ' ' << event.region << ' ' << event.body;
  }
};

std::string json_text(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::vector<Event> events_of(const std::string& data, Status& problem) {
  penstock_batch origin = {};
  origin.arrival_time_ms = kArrivalMs;
  SubscriptionReader reader(kInflateLimitBytes);
  reader.begin(data, origin);
  std::vector<Event> events;
  penstock_batch batch = {};
  while (reader.next(batch) == SubscriptionReader::Step::batch) {
    for (uint64_t index = 0; index < batch.record_count; ++index) {
      const auto& record = *reinterpret_cast<const penstock_record*>(reinterpret_cast<const char*>(batch.records) +
                                                                     index * batch.record_stride);
      events.push_back({std::string(view(record.id)), record.time_ms, std::string(view(record.body)),
                        std::string(view(batch.log_group)), std::string(view(batch.log_stream)),
                        std::string(view(batch.owner)), std::string(view(batch.region))});
    }
  }
  problem = reader.problem();
  return events;
}

// A number or a string of digits. An event without a timestamp gets the arrival time of the record.
int64_t time_of(const Value& event) {
  if (!event.HasMember("timestamp")) return kArrivalMs;
  const Value& time = event["timestamp"];
  return time.IsString() ? std::stoll(to_string(time)) : time.GetInt64();
}

std::string or_else(const std::string& text, const std::string& otherwise) {
  return text.empty() ? otherwise : text;
}

std::vector<Event> expected_events(const Value& message) {
  std::vector<Event> events;
  if (member(message, "messageType") != "DATA_MESSAGE") return events;
  static const Value kNone(rapidjson::kObjectType);
  for (const Value& event : message["logEvents"].GetArray()) {
    const Value& extracted = event.HasMember("extractedFields") ? event["extractedFields"] : kNone;
    events.push_back(
        {member(event, "id"), time_of(event),
         event["message"].IsString() ? to_string(event["message"]) : json_text(event["message"]),
         or_else(member(extracted, "@source.log"), member(message, "logGroup")), member(message, "logStream"),
         or_else(member(extracted, "@aws.account"), member(message, "owner")), member(extracted, "@aws.region")});
  }
  return events;
}

// One line is from a README. The placeholder for its account is longer than an account can be.
bool is_sound(const Value& message) {
  const std::string type = member(message, "messageType");
  return !type.empty() && (type != "DATA_MESSAGE" || member(message, "owner").size() <= kMaxOwnerCharacters);
}

TEST(corpus_messages, real_messages_are_split_into_their_events) {
  const std::vector<Document> lines = corpus::read_lines("subscription-messages.jsonl");
  if (lines.empty())
    GTEST_SKIP() << "no " << corpus::path("subscription-messages.jsonl") << "; set PENSTOCK_TEST_DATA";
  for (const Document& line : lines) {
    SCOPED_TRACE(member(line, "source"));
    const Value& message = line["message"];
    const std::string plain = message.IsNull() ? member(line, "raw") : json_text(message);
    std::vector<std::string> forms = {plain, gzip(plain)};
    std::string encoded = member(line, "encoded");
    if (const auto decoded = decode_base64_in_place(encoded); decoded && !decoded->empty())
      forms.emplace_back(*decoded);
    for (const std::string& data : forms) {
      Status problem;
      EXPECT_EQ(events_of(data, problem), is_sound(message) ? expected_events(message) : std::vector<Event>());
      EXPECT_EQ(problem.ok(), is_sound(message)) << problem.message();
    }
  }
}

// Several documents of one stream in one record, as senders join them: one after another, with or without line
// ends.
TEST(corpus_messages, real_messages_joined_in_one_record_are_split) {
  const std::vector<Document> lines = corpus::read_lines("subscription-messages.jsonl");
  if (lines.empty())
    GTEST_SKIP() << "no " << corpus::path("subscription-messages.jsonl") << "; set PENSTOCK_TEST_DATA";
  for (const std::string between : {"", "\n", "\r\n "}) {
    std::string text;
    std::string members;  // of gzip
    std::vector<Event> expected;
    for (const Document& line : lines) {
      if (!is_sound(line["message"])) continue;
      const std::string document = json_text(line["message"]) + between;
      text += document;
      members += gzip(document);
      for (const Event& event : expected_events(line["message"])) expected.push_back(event);
    }
    for (const std::string& data : {text, gzip(text), members}) {
      Status problem;
      EXPECT_EQ(events_of(data, problem), expected);
      EXPECT_TRUE(problem.ok()) << problem.message();
    }
  }
}

}  // namespace
}  // namespace penstock::logs
