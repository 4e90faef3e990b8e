#include "core/logs/record/json_object.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/json_writer.h"
#include "base/rapidjson_reader.h"
#include "core/logs/lambda/error_object.h"
#include "core/logs/lambda/iso_timestamp.h"
#include "core/logs/lambda/platform_record.h"
#include "core/logs/record/flat_object.h"

namespace penstock::logs {

namespace {

// A smaller number in "time" is not a count of milliseconds since 1970, but seconds or something else. (The
// specification of _aws.Timestamp says that it is in milliseconds.)
constexpr int64_t kFirstPlausibleMs = 100000000000;  // March 1973
constexpr int64_t kLastTimeMs = 253402300799999;     // the end of the year 9999

constexpr std::string_view kOriginal = "_original";

constexpr size_t kLargeCopyBytes = size_t{1} << 20;

// Parses whole milliseconds from first_ms to the year 9999. Returns -1 for any other number.
int64_t time_ms_of(std::string_view number, int64_t first_ms) {
  int64_t time_ms = -1;
  const char* const end = number.data() + number.size();
  const auto result = std::from_chars(number.data(), end, time_ms);
  const bool whole = result.ec == std::errc() && (result.ptr == end || *result.ptr == '.');
  return whole && time_ms >= first_ms && time_ms <= kLastTimeMs ? time_ms : -1;
}

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

// Handles RapidJSON's events, or those of a flat object. Below the first three levels of nesting, it looks only
// for the names of MemberNames.
class ObjectHandler {
 public:
  using Size = penstock_rapidjson::SizeType;

  // base: the text that contains names and values.
  ObjectHandler(JsonObject& object, const char* base) : object_(object), base_(base) {}

  bool Key(const char* data, Size size, bool) {
    name_ = {data, size};
    is_timestamp_ = false;
    inner_ = {};
    if (depth_ == 1) take_member_of_root();
    if (depth_ == scope_.depth && object_.names_.candidates(scope_.path, name_) != 0) match_name();
    return true;
  }
  bool String(const char* data, Size size, bool) {
    const std::string_view text(data, size);
    const bool is_own_time =
        depth_ == 1 && (name_ == "time" || (name_ == "timestamp" && object_.own_timestamp_.empty()));
    if (is_timestamp_ || is_own_time) take_timestamp(text, is_own_time);
    if (depth_ > kLevels) return true;
    switch (levels_[depth_]) {
      case Level::root:
        if (name_ == "type") type_ = text;
        if (name_ == "record") fault_ = text;
        if (name_ == "level") take_level(text);
        break;
      default:
        take_platform_member(text);
    }
    return true;
  }
  bool RawNumber(const char* data, Size size, bool) {
    if (depth_ > kLevels) return true;
    const std::string_view number(data, size);
    const Level level = levels_[depth_];
    if (level == Level::root && name_ == "time")
      object_.own_time_ms_ = time_ms_of(number, kFirstPlausibleMs);
    else if (level == Level::aws && name_ == "Timestamp")
      object_.own_time_ms_ = time_ms_of(number, 0);
    else
      take_platform_member(number);
    return true;
  }
  // Returns whether String() would use the value of the current member. REQUIRES: the member is at the top level.
  bool looks_at_text() const {
    if (is_timestamp_) return true;
    switch (name_.size()) {
      case 4:
        return name_ == "type" || name_ == "time";
      case 5:
        return name_ == "level";
      case 6:
        return name_ == "record";
      case 9:
        return name_[0] == 't' ? name_ == "timestamp" : name_[0] == 'e' && name_ == "errorType";
      default:
        return false;
    }
  }
  bool Null() { return true; }
  bool Bool(bool) { return true; }
  // Never called: the reader passes numbers as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

  bool StartObject() {
    const bool is_within_limit = start(depth_ > kLevels ? Level::other : level_of_member());
    if (inner_.candidates != 0) {
      object_.scopes_.push_back(scope_);
      scope_ = {depth_, inner_};
    }
    return is_within_limit;
  }
  // The elements of an array are fields with the array's own name.
  bool StartArray() { return start(Level::other); }
  bool EndObject(Size) {
    if (depth_ == scope_.depth && !object_.scopes_.empty()) {
      inner_ = scope_.path;  // for the next element, if this object is an element of an array
      scope_ = object_.scopes_.back();
      object_.scopes_.pop_back();
    }
    --depth_;
    return true;
  }
  bool EndArray(Size) {
    --depth_;
    return true;
  }

  // Completes the object after its last member.
  void finish() {
    constexpr std::string_view kPrefix = "platform.";
    object_.is_platform_ = type_.starts_with(kPrefix) && (has_record_ || fault_.data() != nullptr);
    if (object_.is_platform_) {
      finish_platform_record(type_.substr(kPrefix.size()), fault_, object_.facts_);
      if (!object_.level_.empty()) object_.facts_.level = object_.level_;
    }
    object_.has_facts_ = object_.is_platform_;
    object_.facts_are_set_ = object_.facts_are_set_ || object_.has_facts_;
  }

 protected:
  bool is_at_root() const { return depth_ == 1; }
  bool is_in_message() const { return depth_ == 2 && levels_[2] == Level::message; }
  std::string_view name() const { return name_; }
  bool has_facts() const { return object_.has_facts_; }
  void take_facts(const ErrorObject& error) {
    object_.has_facts_ = error.read(object_.level_, object_.facts_);
    object_.facts_are_set_ = object_.facts_are_set_ || object_.has_facts_;
  }

 private:
  enum class Level : uint8_t { other, root, record, metrics, tracing, aws, message };
  static constexpr size_t kLevels = 3;

  bool start(Level level) {
    is_timestamp_ = false;
    if (++depth_ <= kLevels) levels_[depth_] = level;
    return depth_ <= static_cast<size_t>(kMaxJsonDepth);
  }

  // Returns the level of the object that is the value of name_.
  Level level_of_member() {
    switch (levels_[depth_]) {
      case Level::other:
        return depth_ == 0 ? Level::root : Level::other;
      case Level::root:
        if (name_ == "_aws") return Level::aws;
        if (name_ == "message") return Level::message;
        if (name_ != "record") return Level::other;
        has_record_ = true;
        return Level::record;
      case Level::record:
        return name_ == "metrics" ? Level::metrics : name_ == "tracing" ? Level::tracing : Level::other;
      default:
        return Level::other;
    }
  }

  void take_platform_member(std::string_view value) {
    if (levels_[depth_] == Level::root) return;
    object_.facts_are_set_ = true;
    switch (levels_[depth_]) {
      case Level::record:
        return set_platform_member(PlatformPart::record, name_, value, object_.facts_);
      case Level::metrics:
        return set_platform_member(PlatformPart::metrics, name_, value, object_.facts_);
      case Level::tracing:
        return set_platform_member(PlatformPart::tracing, name_, value, object_.facts_);
      default:
        return;
    }
  }

  // Nearly all timestamps have the ISO form, which serves both purposes.
  void take_timestamp(std::string_view text, bool is_own_time) {
    const bool is_iso = !text.empty() && iso_timestamp_size(text) == text.size();
    if (is_timestamp_ && (is_iso || is_rfc3339(text))) ++object_.rfc3339_timestamps_;
    if (is_own_time && is_iso) object_.own_timestamp_ = text;
  }

  size_t offset_of(std::string_view text) const { return static_cast<size_t>(text.data() - base_); }

  void take_level(std::string_view text) {
    object_.level_ = text;
    object_.level_at_ = offset_of(text);
  }

  void take_member_of_root() {
    object_.is_empty_ = false;
    if (name_ == "level") object_.level_ = {};
  }

  void match_name() {
    inner_ = object_.names_.match(scope_.path, name_,
                                  [this](size_t index, std::string_view rest) { take_match(index, rest); });
  }

  void take_match(size_t index, std::string_view rest) {
    const bool is_reserved = object_.names_.is_reserved(index);
    if (rest.starts_with('_')) {
      if (is_reserved) take_original(object_.originals_[index], rest);
      return;
    }
    object_.found_ |= uint64_t{1} << index;
    if (index == object_.timestamp_) {
      ++object_.timestamps_;
      is_timestamp_ = rest.empty();
    }
    if (is_reserved) object_.renames_.push_back({offset_of(name_), index, scope_.path.matched, rest});
  }

  void take_original(JsonObject::Originals& originals, std::string_view rest) {
    if (!rest.starts_with(kOriginal)) return;
    rest = rest.substr(kOriginal.size(), rest.find('.') - kOriginal.size());
    object_.has_originals_ = true;
    originals.without_number = originals.without_number || rest.empty();
    uint64_t number = 0;
    if (!rest.starts_with('_') || rest.size() > 19) return;
    if (std::from_chars(rest.data() + 1, rest.data() + rest.size(), number).ptr == rest.data() + rest.size())
      originals.last_number = std::max(originals.last_number, number);
  }

  JsonObject& object_;
  const char* base_;
  std::array<Level, kLevels + 1> levels_ = {};  // by depth; index 0 is outside the object
  size_t depth_ = 0;
  std::string_view name_;      // of the member being read
  bool is_timestamp_ = false;  // the value must be a time
  JsonObject::Scope scope_;    // the innermost object that may have a member to look for
  MemberNames::Path inner_;    // path of the members of the value being read
  std::string_view type_;
  std::string_view fault_;
  bool has_record_ = false;
};

// Also looks for the members of an unhandled error. A flat object that may be one is read by the parser, too.
class ErrorHandler : public ObjectHandler {
 public:
  using ObjectHandler::ObjectHandler;

  bool Key(const char* data, Size size, bool copy) {
    if (is_at_root()) error_.take_member({data, size});
    return ObjectHandler::Key(data, size, copy);
  }
  bool String(const char* data, Size size, bool copy) {
    if (is_at_root()) error_.take_text(name(), {data, size});
    if (is_in_message()) error_.take_text_in_message(name(), {data, size});
    return ObjectHandler::String(data, size, copy);
  }
  void finish() {
    ObjectHandler::finish();
    if (!has_facts()) take_facts(error_);
  }

 private:
  ErrorObject error_;
};

struct JsonObject::Reader {
  FastJsonReader reader;
};

JsonObject::JsonObject(MemberNames names, size_t timestamp)
    : names_(std::move(names)),
      timestamp_(timestamp),
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
  own_time_ms_ = -1;
  own_timestamp_ = level_ = {};
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
    if (member.kind == Kind::escaped_text || member.name == "errorType") return false;
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
  out += kOriginal;
  const Originals& originals = originals_[rename.index];
  if (originals.without_number) out.append("_").append(std::to_string(originals.last_number + 1));
  append_without_quotes(out, rename.rest);
}

}  // namespace penstock::logs
