#include "core/logs/record/json_object.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/json_writer.h"
#include "base/rapidjson_reader.h"
#include "core/logs/record/flat_object.h"
#include "core/logs/record/object_handler.h"

namespace penstock::logs {

namespace {

constexpr size_t kLargeCopyBytes = size_t{1} << 20;

// Finds control characters that the reader accepts in strings, see rapidjson_reader.h.
bool has_stray_control(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    // Has a high bit for each byte below 0x20, and sometimes for the byte after it, so the bytes are then checked
    // one by one.
    if (((word - kOnes * 0x20) & ~word & (kOnes * 0x80)) == 0) continue;
    for (const char c : text.substr(at, 8))
      if (c >= 0x1A && c <= 0x1F) return true;
  }
  for (const char c : text.substr(at))
    if (c >= 0x1A && c <= 0x1F) return true;
  return false;
}

// Appends text as it is inside a JSON string.
void append_without_quotes(std::string& out, std::string_view text) {
  const size_t quote = out.size();
  append_json_string(out, text);
  out.erase(quote, 1).pop_back();
}

}  // namespace

struct JsonObject::Reader {
  FastJsonReader reader;
};

JsonObject::JsonObject(MemberNames names, const ValuesToRead& values)
    : names_(std::move(names)),
      values_(values),
      timestamp_bit_(values.timestamp == SIZE_MAX ? 0 : uint64_t{1} << values.timestamp),
      value_bits_(timestamp_bit_ | values.times.bits() | values.texts.bits()),
      reader_(std::make_unique<Reader>()),
      originals_(names_.size()) {
  scopes_.reserve(names_.max_nesting());
}

JsonObject::~JsonObject() = default;

void JsonObject::clear() {
  scopes_.clear();
  renames_.clear();
  if (has_originals_) std::fill(originals_.begin(), originals_.end(), Originals());
  has_originals_ = false;
  is_empty_ = true;
  is_plain_ = false;
  found_ = 0;
  timestamps_ = rfc3339_timestamps_ = 0;
  own_time_ = {};
  own_time_place_ = SIZE_MAX;
  if (values_.texts.count > 0) texts_ = {};
  level_ = {};
  is_platform_ = has_facts_ = false;
  if (facts_are_set_) facts_ = {};
  facts_are_set_ = false;
}

bool JsonObject::read(std::string_view text) {
  if (!text.starts_with('{') || !text.ends_with('}')) return false;
  if (read_flat(text)) return true;
  if (has_stray_control(text)) return false;
  // A huge object must not keep its memory forever. Assigning would keep it.
  if (copy_.capacity() > kLargeCopyBytes && text.size() <= kLargeCopyBytes) {
    std::string().swap(copy_);
    std::vector<Rename>().swap(renames_);
  }
  copy_.assign(text);
  return read_copy();
}

// Reads the form that most loggers write, in place and in a third of the time. Returns false for any other form,
// and for an object that may be an unhandled error.
bool JsonObject::read_flat(std::string_view text) {
  using Kind = FlatObject::Member::Kind;
  using Size = ObjectHandler::Size;
  clear();
  FlatObject object(text);
  ObjectHandler handler(*this, text.data());
  handler.StartObject();
  FlatObject::Member member;
  FlatObject::Step step;
  while ((step = object.next(member)) == FlatObject::Step::member) {
    handler.Key(member.name.data(), static_cast<Size>(member.name.size()), false);
    const auto size = static_cast<Size>(member.value.size());
    if (member.kind == Kind::number) handler.RawNumber(member.value.data(), size, false);
    if (member.kind == Kind::number || member.kind == Kind::literal || !handler.looks_at_text()) continue;
    if (member.name == "errorType" || (member.kind == Kind::escaped_text && handler.looks_at_characters()))
      return false;
    handler.String(member.value.data(), size, false);
  }
  if (step != FlatObject::Step::end) return false;
  is_plain_ = object.is_ascii();
  handler.finish();
  return true;
}

bool JsonObject::read_copy() {
  clear();
  const size_t size = copy_.size();
  copy_.append(kReaderPadding, '\0');
  penstock_rapidjson::InsituStringStream stream(copy_.data());
  ErrorHandler handler(*this, copy_.data());
  const auto result = reader_->reader.Parse<kReaderFlags>(stream, handler);
  if (result.IsError() || stream.Tell() != size) return false;
  handler.finish();
  return true;
}

void JsonObject::append_new_key(std::string& out, const Rename& rename) const {
  append_without_quotes(out, std::string_view(names_[rename.index]).substr(rename.matched));
  out += kOriginalSuffix;
  const Originals& originals = originals_[rename.index];
  if (originals.without_number) out.append("_").append(std::to_string(originals.last_number + 1));
  append_without_quotes(out, rename.rest);
}

}  // namespace penstock::logs
