#include "host/replay/dead_letter_line.h"

#include <charconv>
#include <optional>
#include <utility>

#include "base/base64.h"
#include "base/json_reader.h"
#include "base/text.h"

namespace penstock::host {

namespace {

constexpr size_t kTop = 1;

template <typename Number>
void read_number(std::string_view text, Number& out) {
  std::from_chars(text.data(), text.data() + text.size(), out);  // stays 0 if it is not a number
}

class Events : public JsonEvents {
 public:
  explicit Events(DeadLetterLine& line) : line_(line) {}

  bool is_object() const { return is_object_; }
  const std::string& stage() const { return stage_; }
  const std::optional<std::string>& base64() const { return base64_; }

  bool on_object() override {
    is_object_ = is_object_ || depth_ == 0;
    return ++depth_ > 0;
  }
  bool on_object_end() override { return depth_-- > 0; }
  bool on_array() override { return ++depth_ > 0; }
  bool on_array_end() override { return depth_-- > 0; }
  bool on_key(std::string_view name) override {
    if (depth_ == kTop) key_ = name;
    return true;
  }
  bool on_number(std::string_view as_written) override {
    if (depth_ != kTop) return true;
    if (key_ == "sub_sequence_number") read_number(as_written, line_.sub_sequence_number);
    if (key_ == "arrival_time_ms") read_number(as_written, line_.arrival_time_ms);
    return true;
  }
  bool on_string(std::string_view text) override {
    if (depth_ == kTop) member(text);
    return true;
  }

 private:
  void member(std::string_view value) {
    const std::pair<std::string_view, std::string*> members[] = {
        {"stage", &stage_},
        {"stream", &line_.stream},
        {"shard_id", &line_.shard_id},
        {"sequence_number", &line_.sequence_number},
        {"log_group", &line_.log_group},
        {"central_log_group", &line_.central_log_group},
        {"log_stream", &line_.log_stream},
        {"owner", &line_.owner},
        {"region", &line_.region},
        {"partition_key", &line_.partition_key},
    };
    for (const auto& [name, to] : members)
      if (key_ == name) to->assign(value);
    if (key_ == "data") base64_ = value;
  }

  DeadLetterLine& line_;
  size_t depth_ = 0;  // of open objects and arrays
  bool is_object_ = false;
  std::string key_;  // last key of the outermost object
  std::string stage_;
  std::optional<std::string> base64_;
};

}  // namespace

std::string read_dead_letter_line(std::string_view text, DeadLetterLine& line) {
  line = {};
  Events events(line);
  if (std::string error = read_json(text, events); !error.empty()) return error;
  if (!events.is_object()) return "the line is not a JSON object";
  if (events.stage() != "input" && events.stage() != "output")
    return "invalid stage '" + printable(events.stage(), 40) + "': expected input or output";
  line.stage = events.stage() == "input" ? DeadLetterLine::Stage::input : DeadLetterLine::Stage::output;
  if (!events.base64()) return "the member data is missing";
  std::optional<std::string> data = decode_base64(*events.base64());
  if (!data) return "the member data is not base64";
  line.data = std::move(*data);
  return {};
}

}  // namespace penstock::host
