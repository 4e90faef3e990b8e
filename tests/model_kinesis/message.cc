#include "tests/model_kinesis/message.h"

namespace penstock::model {

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view header(const Headers& headers, std::string_view lower_case_name) {
  for (const auto& [name, value] : headers)
    if (name.size() == lower_case_name.size() && lower_case(name) == lower_case_name) return value;
  return {};
}

}  // namespace penstock::model
