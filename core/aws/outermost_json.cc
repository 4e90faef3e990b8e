#include "core/aws/outermost_json.h"

#include <utility>

#include "base/json_parser.h"

namespace penstock {

namespace {

class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  bool Default() { return depth_ > 0; }
  bool Key(const char* name, rapidjson::SizeType size, bool /*copy*/) {
    if (depth_ == 1) key_.assign(name, size);
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    if (depth_ == 1) members_[key_].assign(text, size);
    return depth_ > 0;
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) { return String(text, size, copy); }
  bool StartObject() {
    ++depth_;
    return true;
  }
  bool EndObject(rapidjson::SizeType /*members*/) {
    --depth_;
    return true;
  }
  bool StartArray() { return depth_++ > 0; }
  bool EndArray(rapidjson::SizeType /*elements*/) {
    --depth_;
    return true;
  }

  std::map<std::string, std::string, std::less<>> take() { return std::move(members_); }

 private:
  std::map<std::string, std::string, std::less<>> members_;
  std::string key_;
  size_t depth_ = 0;
};

}  // namespace

std::optional<std::map<std::string, std::string, std::less<>>> outermost_members(std::string_view text) {
  Handler handler;
  rapidjson::MemoryStream stream(text.data(), text.size());
  JsonReader reader;
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag |
                              rapidjson::kParseValidateEncodingFlag;
  if (reader.Parse<kFlags>(stream, handler).IsError()) return std::nullopt;
  return handler.take();
}

}  // namespace penstock
