// The handlers of JsonObject's readers: they take from an object what JsonObject returns. Only for json_object.cc.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/rapidjson_reader.h"
#include "core/logs/lambda/error_object.h"
#include "core/logs/lambda/iso_timestamp.h"
#include "core/logs/lambda/platform_record.h"
#include "core/logs/record/json_object.h"

namespace penstock::logs {

inline constexpr std::string_view kOriginalSuffix = "_original";

// Handles RapidJSON's events, or those of a flat object. Below the first three levels of nesting, it looks only
// for the names of MemberNames.
class ObjectHandler {
 public:
  using Size = penstock_rapidjson::SizeType;

  // base: the text that contains names and values.
  ObjectHandler(JsonObject& object, const char* base) : object_(object), base_(base) {}

  bool Key(const char* data, Size size, bool) {
    name_ = {data, size};
    wanted_ = 0;
    inner_ = {};
    if (depth_ == 1) take_member_of_root();
    if (depth_ == scope_.depth && object_.names_.candidates(scope_.path, name_) != 0) match_name();
    return true;
  }
  bool String(const char* data, Size size, bool) {
    const std::string_view text(data, size);
    if (wanted_ != 0) take_wanted_text(text);
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
    const std::string_view number(data, size);
    if ((wanted_ & object_.values_.times.bits()) != 0) take_time(read_time_number(number));
    if (depth_ <= kLevels) take_platform_member(number);
    return true;
  }
  // Returns whether String() would use the value of the current member. REQUIRES: the member is at the top level.
  bool looks_at_text() const {
    if (wanted_ != 0) return true;
    switch (name_.size()) {
      case 4:
        return name_ == "type";
      case 5:
        return name_ == "level";
      case 6:
        return name_ == "record";
      case 9:
        return name_[0] == 'e' && name_ == "errorType";
      default:
        return false;
    }
  }
  // Returns whether String() needs the characters of that value, and not only where it is.
  bool looks_at_characters() const { return (wanted_ & ~object_.values_.texts.bits()) != 0 || wanted_ == 0; }
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
  enum class Level : uint8_t { other, root, record, metrics, tracing, message };
  static constexpr size_t kLevels = 3;

  bool start(Level level) {
    wanted_ = 0;
    if (++depth_ <= kLevels) levels_[depth_] = level;
    return depth_ <= static_cast<size_t>(kMaxJsonDepth);
  }

  // Returns the level of the object that is the value of name_.
  Level level_of_member() {
    switch (levels_[depth_]) {
      case Level::other:
        return depth_ == 0 ? Level::root : Level::other;
      case Level::root:
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

  void take_wanted_text(std::string_view text) {
    if ((wanted_ & object_.values_.texts.bits()) != 0) take_text(text);
    const bool is_timestamp = (wanted_ & object_.timestamp_bit_) != 0;
    const uint64_t times = wanted_ & object_.values_.times.bits();
    if (!is_timestamp && times == 0) return;
    const MemberTime time = read_time_text(text);
    if (times != 0) take_time(time);
    const bool is_rfc3339 = time.form == MemberTime::Form::utc_text || time.form == MemberTime::Form::offset_text;
    if (is_timestamp && is_rfc3339) ++object_.rfc3339_timestamps_;
  }

  void take_time(const MemberTime& time) {
    const NameRange& times = object_.values_.times;
    const auto place = static_cast<size_t>(std::countr_zero(wanted_ & times.bits())) - times.first;
    if (time.form == MemberTime::Form::none || place > object_.own_time_place_) return;
    object_.own_time_ = time;
    object_.own_time_place_ = place;
  }

  void take_text(std::string_view text) {
    if (text.empty()) return;
    const NameRange& texts = object_.values_.texts;
    const auto place = static_cast<size_t>(std::countr_zero(wanted_ & texts.bits())) - texts.first;
    object_.texts_[place] = {offset_of(name_), offset_of(text)};
  }

  size_t offset_of(std::string_view text) const { return static_cast<size_t>(text.data() - base_); }

  void take_level(std::string_view text) {
    object_.level_ = text;
    object_.level_member_ = {offset_of(name_), offset_of(text)};
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
    const uint64_t bit = uint64_t{1} << index;
    object_.found_ |= bit;
    if (bit == object_.timestamp_bit_) ++object_.timestamps_;
    if (rest.empty()) wanted_ |= bit & object_.value_bits_;
    if ((wanted_ & bit & object_.values_.texts.bits()) != 0)
      object_.texts_[index - object_.values_.texts.first] = {};
    if (is_reserved) object_.renames_.push_back({offset_of(name_), index, scope_.path.matched, rest});
  }

  void take_original(JsonObject::Originals& originals, std::string_view rest) {
    if (!rest.starts_with(kOriginalSuffix)) return;
    rest = rest.substr(kOriginalSuffix.size(), rest.find('.') - kOriginalSuffix.size());
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
  std::string_view name_;    // of the member being read
  uint64_t wanted_ = 0;      // bits of the names in ValuesToRead that it has
  JsonObject::Scope scope_;  // the innermost object that may have a member to look for
  MemberNames::Path inner_;  // path of the members of the value being read
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

}  // namespace penstock::logs
