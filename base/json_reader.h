// JSON that is read where speed does not matter. The hot paths use RapidJSON itself, through
// base/rapidjson_reader.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock {

// Receives the parts of a document in order. Each method returns whether to read on. The texts live until it
// returns.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual bool on_object() { return true; }
  virtual bool on_object_end() { return true; }
  virtual bool on_array() { return true; }
  virtual bool on_array_end() { return true; }
  virtual bool on_key(std::string_view /*name*/) { return true; }
  virtual bool on_string(std::string_view /*text*/) { return true; }
  virtual bool on_number(std::string_view /*as_written*/) { return true; }
  virtual bool on_literal() { return true; }  // true, false, or null
};

// Reads one document. Returns "", or what stopped it: "invalid JSON at byte 17: ...". Nesting takes memory, not
// stack, since the text may be hostile. Does not check that strings are UTF-8.
std::string read_json(std::string_view text, JsonEvents& events);

// Returns the members of an object that are strings, decoded, and numbers, as they are written, without those of
// nested objects; nullopt if text is not one JSON object in UTF-8.
std::optional<std::map<std::string, std::string, std::less<>>> outermost_members(std::string_view text);

// A value in a JsonDocument, which must outlive it; or a missing one.
class JsonValue {
 public:
  JsonValue() = default;

  bool exists() const { return value_ != nullptr; }
  bool is_object() const;
  bool is_array() const;
  bool is_string() const;

  // The member of that name; a missing value if this is not an object that has one.
  JsonValue operator[](std::string_view name) const;
  std::vector<std::pair<std::string_view, JsonValue>> members() const;  // none if this is not an object
  std::vector<JsonValue> elements() const;                              // none if this is not an array

  std::string_view text() const;  // "" if this is not a string
  std::optional<double> number() const;
  std::optional<int64_t> integer() const;  // nullopt also for 1.0 and beyond the range
  std::optional<uint64_t> unsigned_integer() const;

 private:
  friend class JsonDocument;
  explicit JsonValue(const void* value) : value_(value) {}

  const void* value_ = nullptr;  // of RapidJSON
};

// A document whose outermost value is an object.
class JsonDocument {
 public:
  // nullopt if text is not one JSON object. Nesting takes memory, not stack.
  static std::optional<JsonDocument> parse(std::string text);

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  JsonValue root() const;
  JsonValue operator[](std::string_view name) const { return root()[name]; }

 private:
  struct Parsed;
  explicit JsonDocument(std::unique_ptr<Parsed> parsed);

  std::unique_ptr<Parsed> parsed_;
};

}  // namespace penstock
