#include "tests/model_kinesis/constraints.h"

namespace penstock::model {
namespace {

std::string quoted(std::string_view value) { return "'" + std::string(value) + "'"; }

size_t characters_in(std::string_view utf8) {
  size_t count = 0;
  for (const char c : utf8) count += (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  return count;
}

std::string at_least(const char* what, int64_t least) {
  return std::string("Member must have ") + what + " greater than or equal to " + std::to_string(least);
}
std::string at_most(const char* what, int64_t most) {
  return std::string("Member must have ") + what + " less than or equal to " + std::to_string(most);
}

}  // namespace

void Constraints::fail(std::string_view value, std::string_view member, std::string_view constraint) {
  // The service lists at most ten.
  if (count_ == 10) return;
  if (count_++ > 0) found_ += "; ";
  found_.append("Value ").append(value).append(" at ").append(quoted(member));
  found_.append(" failed to satisfy constraint: ").append(constraint);
}

void Constraints::required(bool present, std::string_view member) {
  if (!present) fail("null", member, "Member must not be null");
}

void Constraints::characters(Text value, std::string_view member, size_t least, size_t most) {
  if (!value) return;
  const size_t size = characters_in(*value);
  if (size < least) fail(quoted(*value), member, at_least("length", static_cast<int64_t>(least)));
  if (size > most) fail(quoted(*value), member, at_most("length", static_cast<int64_t>(most)));
}

void Constraints::bytes(Text value, std::string_view member, size_t most) {
  if (!value || value->size() <= most) return;
  const std::string size = std::to_string(value->size());
  fail("'java.nio.HeapByteBuffer[pos=0 lim=" + size + " cap=" + size + "]'", member,
       at_most("length", static_cast<int64_t>(most)));
}

void Constraints::count(size_t value, std::string_view member, size_t least, size_t most) {
  const std::string shown = "'[" + std::to_string(value) + " elements]'";
  if (value < least) fail(shown, member, at_least("length", static_cast<int64_t>(least)));
  if (value > most) fail(shown, member, at_most("length", static_cast<int64_t>(most)));
}

void Constraints::range(std::optional<int64_t> value, std::string_view member, int64_t least, int64_t most) {
  if (!value) return;
  if (*value < least) fail(quoted(std::to_string(*value)), member, at_least("value", least));
  if (*value > most) fail(quoted(std::to_string(*value)), member, at_most("value", most));
}

void Constraints::name(Text value, std::string_view member) {
  if (!value) return;
  for (const char c : *value) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                         c == '.' || c == '-';
    if (allowed) continue;
    fail(quoted(*value), member, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
    break;
  }
  characters(value, member, 1, 128);
}

void Constraints::decimal(Text value, std::string_view member, size_t max_digits, std::string_view pattern) {
  if (!value) return;
  const bool digits = !value->empty() && value->find_first_not_of("0123456789") == std::string_view::npos;
  const bool fits = digits && value->size() <= max_digits && (value->size() == 1 || value->front() != '0');
  if (!fits)
    fail(quoted(*value), member, "Member must satisfy regular expression pattern: " + std::string(pattern));
}

void Constraints::hash_key(Text value, std::string_view member) {
  decimal(value, member, 39, R"(0|([1-9]\d{0,38}))");
}

void Constraints::sequence_number(Text value, std::string_view member) {
  decimal(value, member, 129, R"(0|([1-9]\d{0,128}))");
}

void Constraints::one_of(Text value, std::string_view member, std::string_view allowed) {
  if (!value) return;
  const std::string hay = ", " + std::string(allowed) + ", ";
  if (hay.find(", " + std::string(*value) + ", ") == std::string::npos)
    fail(quoted(*value), member, "Member must satisfy enum value set: [" + std::string(allowed) + "]");
}

std::optional<Error> Constraints::failure() const {
  if (count_ == 0) return std::nullopt;
  return Error{400, "ValidationException",
               std::to_string(count_) + " validation error" + (count_ > 1 ? "s" : "") + " detected: " + found_};
}

}  // namespace penstock::model
