// An Env with a few variables and files, a clock that a test sets, and a network that keeps its requests.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/env.h"

namespace penstock {

class FakeFiles : public Files {
 public:
  Result<std::string> read(const std::string& path, size_t max_bytes) override {
    const auto found = contents.find(path);
    if (found == contents.end()) return Status(Code::not_found, "PS0000", path + ": no such file");
    if (found->second.size() > max_bytes)
      return Status(Code::too_large, "PS0000", path + " is larger than " + std::to_string(max_bytes) + " bytes");
    if (broken) return Status(Code::io, "PS0000", "permission denied");
    return found->second;
  }
  Status replace(const std::string& /*path*/, std::string_view /*bytes*/) override { return unused(); }
  Result<std::unique_ptr<AppendFile>> append_to(const std::string& /*path*/) override { return unused(); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& /*path*/) override { return unused(); }
  Status rename(const std::string& /*path*/, const std::string& /*to*/) override { return unused(); }
  Result<uint64_t> bytes_of_family(const std::string& /*path*/) override { return unused(); }

  std::map<std::string, std::string> contents;
  bool broken = false;

 private:
  static Status unused() { return {Code::internal, "PS0000", "only reading is faked"}; }
};

// A clock that changes only when a test sets it.
class FixedClock : public Clock {
 public:
  int64_t wall_ms() override { return now_ms; }
  int64_t monotonic_ms() override { return monotonic_now_ms; }
  void advance(int64_t ms) {
    now_ms += ms;
    monotonic_now_ms += ms;
  }

  int64_t now_ms = 0;
  int64_t monotonic_now_ms = 0;
};

class ZeroRandom : public Random {
 public:
  uint64_t next() override { return 0; }
};

class KeepingTransport : public Transport {
 public:
  CallId start(HttpRequest request, Done /*done*/) override {
    requests.push_back(std::move(request));
    return requests.size();
  }
  void drive(int64_t /*deadline_ms*/) override {}
  int descriptor() const override { return -1; }
  int64_t next_deadline_ms() const override { return kNever; }

  std::vector<HttpRequest> requests;
};

struct FakeEnv {
  std::map<std::string, std::string> variables = {{"HOME", "/home/u"}, {"AWS_EC2_METADATA_DISABLED", "true"}};
  FakeFiles files;
  FixedClock clock;
  ZeroRandom random;
  KeepingTransport transport;
  std::vector<std::string> log;
  Env env = {clock,
             random,
             transport,
             files,
             [this](const char* name) -> std::optional<std::string> {
               const auto found = variables.find(name);
               if (found == variables.end()) return std::nullopt;
               return found->second;
             },
             [this](LogLevel, std::string_view line) { log.emplace_back(line); }};
};

}  // namespace penstock
