#include "host/transform/record_fields.h"

#include "base/json_reader.h"

namespace penstock::host {

namespace {

struct Name {
  std::string_view text;
  RecordField fact;
};

constexpr Name kOfRecord[] = {{"level", RecordField::level}};

constexpr Name kOfLambda[] = {
    {"event", RecordField::event},
    {"requestId", RecordField::request_id},
    {"errorType", RecordField::error_type},
    {"status", RecordField::status},
    {"durationMs", RecordField::duration_ms},
    {"billedDurationMs", RecordField::billed_duration_ms},
    {"memorySizeMB", RecordField::memory_size_mb},
    {"maxMemoryUsedMB", RecordField::max_memory_used_mb},
    {"initDurationMs", RecordField::init_duration_ms},
    {"restoreDurationMs", RecordField::restore_duration_ms},
    {"timeoutSeconds", RecordField::timeout_seconds},
};

class Events : public JsonEvents {
 public:
  explicit Events(std::array<std::string, kRecordFields>& texts) : texts_(texts) {}

  bool on_object() override {
    wanted_ = nullptr;
    ++depth_;
    return true;
  }
  bool on_object_end() override {
    if (--depth_ == 1) in_lambda_ = false;
    return true;
  }
  bool on_array() override {
    on_object();
    return depth_ > 1;  // the record is an object
  }
  bool on_array_end() override { return on_object_end(); }
  bool on_key(std::string_view name) override {
    wanted_ = nullptr;
    if (depth_ == 1) {
      in_lambda_ = name == "lambda";
      look_up(kOfRecord, name);
    } else if (depth_ == 2 && in_lambda_) {
      look_up(kOfLambda, name);
    }
    return true;
  }
  bool on_string(std::string_view text) override {
    if (wanted_ != nullptr) *wanted_ = text.substr(0, RecordFields::kMaxBytes);
    return on_literal();
  }
  bool on_number(std::string_view as_written) override { return on_string(as_written); }
  bool on_literal() override {
    wanted_ = nullptr;
    return depth_ > 0;
  }

 private:
  template <size_t size>
  void look_up(const Name (&names)[size], std::string_view key) {
    for (const Name& name : names)
      if (name.text == key) wanted_ = &texts_[static_cast<size_t>(name.fact)];
  }

  std::array<std::string, kRecordFields>& texts_;
  size_t depth_ = 0;  // of open objects and arrays
  bool in_lambda_ = false;
  std::string* wanted_ = nullptr;  // where to store the next value
};

}  // namespace

bool RecordFields::read(std::string_view json) {
  for (std::string& text : texts_) text.clear();
  Events events(texts_);
  if (read_json(json, events).empty()) return true;
  for (std::string& text : texts_) text.clear();
  return false;
}

}  // namespace penstock::host
