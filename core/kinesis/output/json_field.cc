#include "core/kinesis/output/json_field.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/json_parser.h"

namespace penstock::kinesis {

// SAX handler that follows the path. A method that returns false ends the parse.
class JsonField::Search : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, JsonField::Search> {
 public:
  explicit Search(std::string_view path) {
    for (;;) {
      const size_t dot = std::min(path.find('.'), path.size());
      path_.emplace_back(path.substr(0, dot));
      if (dot == path.size()) return;
      path.remove_prefix(dot + 1);
    }
  }

  bool run(std::string& out, std::string_view json) {
    out_ = &out;
    depth_ = matched_ = 0;
    here_ = found_ = false;
    rapidjson::MemoryStream stream(json.data(), json.size());
    constexpr unsigned kFlags =
        rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseStopWhenDoneFlag;
    reader_.Parse<kFlags>(stream, *this);
    return found_;
  }

  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    here_ = depth_ == matched_ + 1 && path_[matched_] == std::string_view(text, size);
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) { return scalar({text, size}); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) { return scalar({text, size}); }
  bool Bool(bool value) { return scalar(value ? "true" : "false"); }
  bool Null() { return scalar({}); }

  bool StartObject() {
    if (here_) {
      if (last()) return false;
      ++matched_;
    }
    return enter();
  }
  bool EndObject(rapidjson::SizeType /*members*/) {
    if (matched_ > 0 && depth_ == matched_ + 1) --matched_;
    --depth_;
    return true;
  }
  bool StartArray() { return !here_ && enter(); }
  bool EndArray(rapidjson::SizeType /*elements*/) {
    --depth_;
    return true;
  }

 private:
  bool last() const { return matched_ + 1 == path_.size(); }
  bool enter() {
    ++depth_;
    here_ = false;
    return true;
  }
  bool scalar(std::string_view text) {
    if (!here_) return true;
    found_ = last() && !text.empty();
    if (found_) out_->append(text);
    return false;
  }

  std::vector<std::string> path_;
  JsonReader reader_;  // kept to reuse its stack
  std::string* out_ = nullptr;
  size_t depth_ = 0;    // of open objects and arrays
  size_t matched_ = 0;  // leading names of the path that match the open objects
  bool here_ = false;   // the next value belongs to path_[matched_]
  bool found_ = false;
};

JsonField::JsonField(std::string_view path) : search_(std::make_unique<Search>(path)) {}
JsonField::~JsonField() = default;
JsonField::JsonField(JsonField&&) noexcept = default;
JsonField& JsonField::operator=(JsonField&&) noexcept = default;

bool JsonField::append(std::string& out, std::string_view json) { return search_->run(out, json); }

}  // namespace penstock::kinesis
