// One member of a JSON text, found by its path.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace penstock::kinesis {

class JsonField {
 public:
  // Names of members with dots between: "lambda.requestId". Empty names match nothing.
  explicit JsonField(std::string_view path);
  ~JsonField();
  JsonField(JsonField&&) noexcept;
  JsonField& operator=(JsonField&&) noexcept;

  // Appends the first such member's text to out: a string's own, a number or a boolean as it stands there. False,
  // and nothing appended, where there is none, it is null, empty, an array or an object, or what comes before it
  // is no JSON; what comes after it is not looked at. Takes no stack, however deep the text.
  bool append(std::string& out, std::string_view json);

 private:
  class Search;
  std::unique_ptr<Search> search_;
};

}  // namespace penstock::kinesis
