// Real log lines and subscription messages, read from the folder of test data.
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/crypto.h"
#include "core/logs/scan.h"
#include "core/logs/subscription.h"
#include "tests/gzip.h"
#include "tests/unit/logs/filtering.h"

namespace penstock {
namespace {

using rapidjson::Document;
using rapidjson::Value;

std::string data_path(const std::string& name) {
  const char* folder = std::getenv("PENSTOCK_TEST_DATA");
  return std::string(folder != nullptr ? folder : PENSTOCK_TEST_DATA) + "/" + name;
}

std::vector<Document> read_lines(const std::string& name) {
  std::vector<Document> lines;
  std::ifstream file(data_path(name));
  for (std::string line; std::getline(file, line);) {
    lines.emplace_back();
    lines.back().Parse(line.data(), line.size());
    EXPECT_FALSE(lines.back().HasParseError()) << name << " line " << lines.size();
  }
  return lines;
}

std::string text_of(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

std::string member(const Value& object, const char* name) {
  return object.HasMember(name) && object[name].IsString() ? text_of(object[name]) : "";
}

std::string json_text(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string with_line_ends(std::string text) {
  for (size_t at; (at = text.find("\r\n")) != std::string::npos;) text.erase(at, 1);
  for (char& c : text)
    if (c == '\r') c = '\n';
  return text;
}

// A strict reader's view of the record that a message becomes.
Document record_of(const std::string& message) {
  const std::string text = filtered_one(message);
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  Document record;
  record.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  EXPECT_TRUE(!record.HasParseError() && record.IsObject()) << text;
  return record;
}

class corpus_lines : public testing::Test {
 protected:
  void SetUp() override {
    lines_ = read_lines("lambda-lines.jsonl");
    if (lines_.empty())
      GTEST_SKIP() << "no " << data_path("lambda-lines.jsonl") << "; set PENSTOCK_TEST_DATA to the folder with it";
  }
  std::vector<Document> lines_;
};

TEST_F(corpus_lines, every_line_becomes_one_object_with_its_text_or_members_whole) {
  for (const Document& line : lines_) {
    const std::string message = text_of(line["message"]);
    const Document record = record_of(message);
    EXPECT_TRUE(record.HasMember("timestamp") && record.HasMember("event_id") && record.HasMember("source"))
        << message;
    Document object;
    object.Parse(message.data(), message.size());
    if (object.HasParseError() || !object.IsObject()) {
      const std::string whole(scan::trim(message));
      // Of a line only level, time and request go elsewhere; an object behind them has no text of its own.
      EXPECT_TRUE(with_line_ends(whole).ends_with(with_line_ends(member(record, "message")))) << message;
      continue;
    }
    // Counted: comparing RapidJSON 1.1's iterators is ambiguous in C++20.
    auto at = object.MemberBegin();
    for (auto left = object.MemberCount(); left > 0; --left, ++at) {
      const std::string name = text_of(at->name);
      const std::string key = name == "source" ? "source_original" : name;
      ASSERT_TRUE(record.HasMember(key.c_str())) << key << " of " << message;
      EXPECT_TRUE(record[key.c_str()] == at->value) << key << " of " << message;
    }
  }
}

TEST_F(corpus_lines, lines_of_cloudwatch_are_understood_by_their_form) {
  const std::map<std::string, std::string> events = {{"lambda.start", "start"},
                                                     {"lambda.end", "end"},
                                                     {"lambda.report", "report"},
                                                     {"lambda.timeout", "timeout"},
                                                     {"lambda.init_start", "initStart"},
                                                     {"lambda.init_report", "initReport"},
                                                     {"lambda.xray", "xray"},
                                                     {"lambda.extension", "extension"},
                                                     {"lambda.restore_start", "restoreStart"},
                                                     {"lambda.restore_report", "restoreReport"},
                                                     {"lambda.telemetry_sub", "telemetry"},
                                                     {"app.python.unhandled", "error"},
                                                     {"json.system.platform.start", "start"},
                                                     {"json.system.platform.report", "report"},
                                                     {"json.system.platform.initReport", "initReport"}};
  for (const Document& line : lines_) {
    if (member(line, "origin") != "cloudwatch") continue;
    const std::string message = text_of(line["message"]);
    const std::string format = member(line, "format");
    const Document record = record_of(message);
    if (const auto found = events.find(format); found != events.end()) {
      ASSERT_TRUE(record.HasMember("lambda")) << message;
      EXPECT_EQ(member(record["lambda"], "event"), found->second) << message;
    } else if (format == "lambda.runtime_exit") {
      EXPECT_EQ(member(record, "level"), "ERROR") << message;
    } else if (format == "app.python.text" || format.starts_with("app.node.text")) {
      EXPECT_EQ(message.find(member(record, "timestamp")) < 12, true) << message;
      const bool has_no_id = message.find("undefined") != std::string::npos;
      EXPECT_TRUE(has_no_id || !member(record["lambda"], "requestId").empty()) << message;
    }
    // Two backslashes where a tab was are in lines whose source had not undone its escapes.
    if (format == "lambda.report" && message.find("\\t") == std::string::npos &&
        message.find("<redacted") == std::string::npos && message.find("<duration>") == std::string::npos) {
      for (const char* const name : {"durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB"})
        EXPECT_TRUE(record["lambda"].HasMember(name)) << name << " of " << message;
    }
  }
}

class corpus_messages : public testing::Test {
 protected:
  void SetUp() override {
    messages_ = read_lines("subscription-messages.jsonl");
    if (messages_.empty())
      GTEST_SKIP() << "no " << data_path("subscription-messages.jsonl")
                   << "; set PENSTOCK_TEST_DATA to the folder with it";
  }
  std::vector<Document> messages_;
};

// The messages of the events that data is taken apart into.
std::vector<std::string> bodies_of(const std::string& data, Status& problem) {
  SubscriptionReader reader(16 << 20);
  reader.begin(data, {});
  std::vector<std::string> bodies;
  penstock_batch batch = {};
  while (reader.next(batch) == SubscriptionReader::Step::batch)
    for (uint64_t index = 0; index < batch.record_count; ++index)
      bodies.emplace_back(view(batch.records[index].body));
  problem = reader.problem();
  return bodies;
}

std::vector<std::string> expected_bodies(const Value& message) {
  std::vector<std::string> bodies;
  if (!message.IsObject() || member(message, "messageType") != "DATA_MESSAGE") return bodies;
  for (const Value& event : message["logEvents"].GetArray())
    bodies.push_back(event["message"].IsString() ? text_of(event["message"]) : json_text(event["message"]));
  return bodies;
}

TEST_F(corpus_messages, every_event_of_every_message_comes_out) {
  for (const Document& line : messages_) {
    const Value& message = line["message"];
    std::string plain = message.IsNull() ? member(line, "raw") : json_text(message);
    const bool is_understood = message.IsObject() && message.HasMember("messageType");
    for (const std::string& data : {plain, gzip(plain)}) {
      Status problem;
      EXPECT_EQ(bodies_of(data, problem), expected_bodies(message)) << member(line, "source");
      EXPECT_EQ(problem.ok(), is_understood) << problem.message() << " of " << member(line, "source");
    }
    std::string encoded = member(line, "encoded");
    if (const auto decoded = decode_base64_in_place(encoded); decoded && !decoded->empty()) {
      Status problem;
      EXPECT_EQ(bodies_of(std::string(*decoded), problem), expected_bodies(message)) << member(line, "source");
    }
  }
}

}  // namespace
}  // namespace penstock
