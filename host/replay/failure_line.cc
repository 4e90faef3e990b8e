#include "host/replay/failure_line.h"

#include <charconv>
#include <optional>
#include <utility>

#include "base/base64.h"
#include "base/rapidjson.h"
#include "base/text.h"

namespace penstock::host {

namespace {

constexpr size_t kTop = 1;

template <typename Number>
void read_number(std::string_view text, Number& out) {
  std::from_chars(text.data(), text.data() + text.size(), out);  // one that is none stays 0
}

class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  explicit Handler(FailureLine& line) : line_(line) {}

  bool is_object() const { return is_object_; }
  const std::string& stage() const { return stage_; }
  const std::optional<std::string>& base64() const { return base64_; }

  bool StartObject() {
    is_object_ = is_object_ || depth_ == 0;
    return ++depth_ > 0;
  }
  bool EndObject(rapidjson::SizeType) { return depth_-- > 0; }
  bool StartArray() { return ++depth_ > 0; }
  bool EndArray(rapidjson::SizeType) { return depth_-- > 0; }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (depth_ == kTop) key_.assign(text, size);
    return true;
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    if (depth_ != kTop) return true;
    if (key_ == "sub_sequence_number") read_number({text, size}, line_.sub_sequence_number);
    if (key_ == "arrival_time_ms") read_number({text, size}, line_.arrival_time_ms);
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (depth_ == kTop) member({text, size});
    return true;
  }
  bool Default() { return true; }

 private:
  void member(std::string_view value) {
    const std::pair<std::string_view, std::string*> members[] = {
        {"stage", &stage_},
        {"stream", &line_.stream},
        {"shard_id", &line_.shard_id},
        {"sequence_number", &line_.sequence_number},
        {"log_group", &line_.log_group},
        {"log_stream", &line_.log_stream},
        {"owner", &line_.owner},
        {"region", &line_.region},
        {"partition_key", &line_.partition_key},
    };
    for (const auto& [name, to] : members) {
      if (key_ == name) to->assign(value);
    }
    if (key_ == "data") base64_ = value;
  }

  FailureLine& line_;
  size_t depth_ = 0;  // of open objects and arrays
  bool is_object_ = false;
  std::string key_;  // the last one of the outermost object
  std::string stage_;
  std::optional<std::string> base64_;
};

}  // namespace

std::string read_failure_line(std::string_view text, FailureLine& line) {
  line = {};
  Handler handler(line);
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  static constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
  if (result.IsError()) {
    return "invalid JSON at byte " + std::to_string(result.Offset()) + ": " +
           rapidjson::GetParseError_En(result.Code());
  }
  if (!handler.is_object()) return "no JSON object";
  if (handler.stage() != "input" && handler.stage() != "output") {
    return "its stage is '" + printable(handler.stage(), 40) + "'; there are input and output";
  }
  line.stage = handler.stage() == "input" ? FailureLine::Stage::input : FailureLine::Stage::output;
  if (!handler.base64()) return "it has no data";
  std::optional<std::string> data = decode_base64(*handler.base64());
  if (!data) return "its data is not base64";
  line.data = std::move(*data);
  return {};
}

}  // namespace penstock::host
