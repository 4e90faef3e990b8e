// A stage whose instance records the calls on it and returns what the test sets.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "abi/penstock.h"

namespace penstock::client {

// REQUIRES: at most one exists.
class FakeStage {
 public:
  explicit FakeStage(int32_t kind) {
    next_ = this;
    stage.struct_size = sizeof stage;
    stage.kind = kind;
    stage.id = "fake";
    stage.create = create;
    stage.destroy = [](penstock_instance* self) { of(self).note("destroy", nullptr); };
  }
  FakeStage(const FakeStage&) = delete;
  FakeStage& operator=(const FakeStage&) = delete;

  penstock_stage stage{};
  std::vector<std::string> calls;
  int32_t result = PENSTOCK_OK;  // of every call; below 0 with the reason "a reason"
  int64_t next_deadline_ms = INT64_MAX;
  std::vector<std::string> options;  // "key=value"; passed to create()
  penstock_host host{};              // also passed to create()

  static FakeStage& of(penstock_instance* self) { return *reinterpret_cast<FakeStage*>(self); }

  int32_t note(const std::string& call, penstock_error* error) {
    calls.push_back(call);
    if (result < 0 && error != nullptr) std::snprintf(error->text, sizeof error->text, "a reason");
    return result;
  }

 private:
  static int32_t create(const penstock_host* host, const penstock_option* options, size_t count, size_t,
                        penstock_instance** out, penstock_error* error) {
    FakeStage& fake = *next_;
    if (host != nullptr) fake.host = *host;
    for (size_t i = 0; i < count; ++i)
      fake.options.push_back(std::string(options[i].key.data, options[i].key.size) + "=" +
                             std::string(options[i].value.data, options[i].value.size));
    *out = fake.result < 0 ? nullptr : reinterpret_cast<penstock_instance*>(next_);
    return fake.note("create", error);
  }

  static inline FakeStage* next_ = nullptr;
};

}  // namespace penstock::client
