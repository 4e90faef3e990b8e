// Small fakes of the writer's and the dead-letter file's surroundings: the system and the service.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "core/aws/service_client.h"
#include "core/env.h"

namespace penstock::kinesis {

struct FakeClock : Clock {
  int64_t now_ms = 1'000'000;
  int64_t unix_ms = 1'700'000'000'123;
  int64_t wall_ms() override { return unix_ms; }
  int64_t monotonic_ms() override { return now_ms; }
};

struct FakeRandom : Random {
  std::mt19937_64 engine;
  uint64_t next() override { return engine(); }
};

struct NoTransport : Transport {
  CallId start(HttpRequest, Done) override { return 0; }
  void drive(int64_t) override {}
  int descriptor() const override { return -1; }
  int64_t next_deadline_ms() const override { return kNever; }
};

// One file in memory; what is appended counts after a sync.
struct FakeFiles : Files {
  std::string path;
  std::string appended;
  std::string synced;
  int append_calls = 0;
  Status append_error;
  Status sync_error;

  struct File : AppendFile {
    explicit File(FakeFiles& of) : files(of) {}
    Result<State> state() override {
      return State{files.appended.size(), !files.appended.empty() && files.appended.back() != '\n', true};
    }
    Appended append(std::string_view lines) override {
      ++files.append_calls;
      if (!files.append_error.ok()) return {0, files.append_error};
      files.appended += lines;
      return {lines.size(), {}};
    }
    Status sync() override {
      if (files.sync_error.ok()) files.synced = files.appended;
      return files.sync_error;
    }
    FakeFiles& files;
  };

  Result<std::string> read(const std::string&, size_t) override {
    return Status(Code::not_found, "PS0000", "none");
  }
  Status replace(const std::string&, std::string_view) override { return {Code::io, "PS0000", "not here"}; }
  Result<std::unique_ptr<AppendFile>> append_to(const std::string& wanted) override {
    if (!append_error.ok()) return append_error;
    path = wanted;
    return std::unique_ptr<AppendFile>(std::make_unique<File>(*this));
  }
  Result<std::unique_ptr<FileLock>> lock(const std::string&) override { return std::make_unique<FileLock>(); }
  Status rename(const std::string&, const std::string&) override { return {Code::io, "PS0000", "not here"}; }
  Result<uint64_t> bytes_of_family(const std::string&) override { return uint64_t{appended.size()}; }
};

struct FakeSystem {
  FakeClock clock;
  FakeRandom random;
  NoTransport transport;
  FakeFiles files;
  std::vector<std::string> log;
  Env env{clock,
          random,
          transport,
          files,
          [](const char*) { return std::optional<std::string>(); },
          [this](LogLevel, std::string_view line) { log.emplace_back(line); }};
};

struct SentRecord {
  std::string data;
  std::string key;  // as in the JSON, with its escapes
  bool operator==(const SentRecord&) const = default;
};

// Parses a PutRecords body as the writer formats it.
inline std::vector<SentRecord> records_in(std::string_view body) {
  constexpr std::string_view kData = R"({"Data":")";
  constexpr std::string_view kKey = R"(","PartitionKey":")";
  std::vector<SentRecord> records;
  for (size_t at = body.find(kData); at != body.npos; at = body.find(kData, at)) {
    at += kData.size();
    const size_t data_end = body.find('"', at);
    std::string data(body.substr(at, data_end - at));
    const size_t key_at = data_end + kKey.size();
    const size_t key_end = body.find("\"}", key_at);
    records.push_back({std::string(decode_base64_in_place(data).value_or("not base64")),
                       std::string(body.substr(key_at, key_end - key_at))});
    at = key_end;
  }
  return records;
}

// The calls that were started; the test answers them one by one.
struct FakeService {
  struct Call {
    std::vector<SentRecord> records;
    aws::ServiceClient::Done done;
  };
  struct Question {
    std::string operation, body;
    aws::ServiceClient::Done done;
  };
  std::deque<Call> calls;          // PutRecords
  std::deque<Question> questions;  // all others
  // The response to DescribeStreamSummary, which comes at once, and again every few minutes; nullopt: the test
  // answers, or never does.
  std::optional<std::string> summary = R"({"StreamDescriptionSummary":{"StreamStatus":"ACTIVE"}})";

  void call(std::string_view operation, const std::string& body, aws::ServiceClient::Done done) {
    if (operation == "PutRecords")
      calls.push_back({records_in(body), std::move(done)});
    else if (operation == "DescribeStreamSummary" && summary)
      done(aws::ServiceResponse{*summary});
    else
      questions.push_back({std::string(operation), body, std::move(done)});
  }

  Question take_question() {
    Question question = std::move(questions.front());
    questions.pop_front();
    return question;
  }

  Call take(size_t index = 0) {
    Call call = std::move(calls[index]);
    calls.erase(calls.begin() + static_cast<std::ptrdiff_t>(index));
    return call;
  }

  // Answers the oldest call. refused[i] means that its record i is rejected; missing elements are false.
  void respond(const std::vector<bool>& rejected = {}) { respond(take(), rejected); }
  static void respond(const Call& call, const std::vector<bool>& rejected) {
    std::string body = R"({"FailedRecordCount":0,"Records":[)";
    for (size_t i = 0; i < call.records.size(); ++i) {
      if (i > 0) body += ',';
      body += i < rejected.size() && rejected[i]
                  ? R"({"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"slow down"})"
                  : R"({"SequenceNumber":"49","ShardId":"shardId-000000000000"})";
    }
    call.done(aws::ServiceResponse{body + "]}", 0});
  }
  void fail(Status status) { take().done(std::move(status)); }
};

}  // namespace penstock::kinesis
