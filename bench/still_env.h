// A fake system without files and variables, whose clock changes only when the benchmark sets it. Its network is
// never called, because the benchmark itself responds to each call.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/env.h"

namespace penstock {

struct StillEnv : Clock, Random, Transport, Files {
  int64_t wall_ms() override { return 1'700'000'000'000; }
  int64_t monotonic_ms() override { return now_ms; }
  uint64_t next() override { return state = state * 6364136223846793005 + 1442695040888963407; }
  CallId start(HttpRequest, Done) override { return 0; }
  void drive(int64_t) override {}
  int descriptor() const override { return -1; }
  int64_t next_deadline_ms() const override { return kNever; }
  Result<std::string> read(const std::string&, size_t) override {
    return Status(Code::not_found, "PS0000", "none");
  }
  Status replace(const std::string&, std::string_view) override { return {Code::io, "PS0000", "none"}; }
  Result<std::unique_ptr<AppendFile>> append_to(const std::string&) override {
    return Status(Code::io, "PS0000", "none");
  }
  Result<std::unique_ptr<FileLock>> lock(const std::string&) override {
    return Status(Code::io, "PS0000", "none");
  }
  Status rename(const std::string&, const std::string&) override { return {Code::io, "PS0000", "none"}; }
  Result<uint64_t> bytes_of_family(const std::string&) override { return Status(Code::io, "PS0000", "none"); }

  int64_t now_ms = 1'000'000;
  uint64_t state = 1;
  Env env{*this,
          *this,
          *this,
          *this,
          [](const char*) { return std::optional<std::string>(); },
          [](LogLevel, std::string_view) {}};
};

}  // namespace penstock
