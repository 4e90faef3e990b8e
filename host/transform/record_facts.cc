#include "host/transform/record_facts.h"

#include <algorithm>

#include "base/rapidjson.h"

namespace penstock::host {

namespace {

struct Name {
  std::string_view text;
  Fact fact;
};

constexpr Name kOfRecord[] = {
    {"level", Fact::level}, {"errorType", Fact::error_type}, {"requestId", Fact::request_id}};

constexpr Name kOfLambda[] = {
    {"event", Fact::event},
    {"requestId", Fact::lambda_request_id},
    {"errorType", Fact::lambda_error_type},
    {"status", Fact::status},
    {"durationMs", Fact::duration_ms},
    {"billedDurationMs", Fact::billed_duration_ms},
    {"memorySizeMB", Fact::memory_size_mb},
    {"maxMemoryUsedMB", Fact::max_memory_used_mb},
    {"initDurationMs", Fact::init_duration_ms},
    {"restoreDurationMs", Fact::restore_duration_ms},
    {"timeoutSeconds", Fact::timeout_seconds},
};

class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  explicit Handler(std::array<std::string, kFacts>& texts) : texts_(texts) {}

  bool StartObject() {
    wanted_ = nullptr;
    ++depth_;
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    if (--depth_ == 1) in_lambda_ = false;
    return true;
  }
  bool StartArray() {
    StartObject();
    return depth_ > 1;  // the record is an object
  }
  bool EndArray(rapidjson::SizeType) { return EndObject(0); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view key(text, size);
    wanted_ = nullptr;
    if (depth_ == 1) {
      in_lambda_ = key == "lambda";
      look_up(kOfRecord, key);
    } else if (depth_ == 2 && in_lambda_) {
      look_up(kOfLambda, key);
    }
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (wanted_ != nullptr) wanted_->assign(text, std::min<size_t>(size, RecordFacts::kMaxBytes));
    return Default();
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) { return String(text, size, copy); }
  bool Default() {
    wanted_ = nullptr;
    return depth_ > 0;
  }

 private:
  template <size_t size>
  void look_up(const Name (&names)[size], std::string_view key) {
    for (const Name& name : names) {
      if (name.text == key) wanted_ = &texts_[static_cast<size_t>(name.fact)];
    }
  }

  std::array<std::string, kFacts>& texts_;
  size_t depth_ = 0;  // of open objects and arrays
  bool in_lambda_ = false;
  std::string* wanted_ = nullptr;  // where the value that comes goes
};

}  // namespace

bool RecordFacts::read(std::string_view json) {
  for (std::string& text : texts_) text.clear();
  Handler handler(texts_);
  rapidjson::MemoryStream stream(json.data(), json.size());
  rapidjson::Reader reader;
  static constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  if (!reader.Parse<kFlags>(stream, handler).IsError()) return true;
  for (std::string& text : texts_) text.clear();
  return false;
}

}  // namespace penstock::host
