// Finds one member of a JSON text by its path.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace penstock::kinesis {

class JsonField {
 public:
  // path: names of members, separated by dots: "lambda.requestId". An empty name matches nothing.
  explicit JsonField(std::string_view path);
  ~JsonField();
  JsonField(JsonField&&) noexcept;
  JsonField& operator=(JsonField&&) noexcept;

  // Appends the text of the first such member to out: the content of a string, or a number or boolean as it is
  // written. Returns false, and appends nothing, if the member is not found, or is null, empty, an array or an
  // object, or if the text before it is not valid JSON. The text after it is not checked. Uses constant stack
  // space, however deeply the JSON is nested.
  bool append(std::string& out, std::string_view json);

 private:
  class Search;
  std::unique_ptr<Search> search_;
};

}  // namespace penstock::kinesis
