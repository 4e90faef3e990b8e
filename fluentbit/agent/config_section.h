// A section of the agent's conf: the adapter's own options, and those of its stages. The agent reserves some keys
// and cannot list the keys of a section, so each known key is looked up by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"

namespace penstock::fluentbit {

using OptionTable = std::span<const penstock_option_info>;

// Options that the adapters have in addition to those of their stages.
extern const OptionTable kInputOptions;
extern const OptionTable kOutputOptions;
extern const OptionTable kFilterOptions;

class ConfigSection {
 public:
  // Returns the section's value for a key, NUL-terminated; nullptr if the key is not in the section.
  using Property = std::function<const char*(const char* key)>;

  // stages: the stages whose options the section may also contain.
  ConfigSection(OptionTable own, std::vector<const penstock_stage*> stages, const Property& property);

  // Returns all problems with the values, one per line, each with a code, or "".
  const std::string& problems() const { return problems_; }

  // Own options: the section's value or the table's default, else "". REQUIRES: problems() is empty.
  const std::string& text(std::string_view name) const { return own_.find(name)->second; }
  bool on(std::string_view name) const { return text(name) == "on"; }
  size_t size_bytes(std::string_view name) const;
  int64_t duration_ms(std::string_view name) const;

  // Returns the section's options for a stage; they point into the section.
  std::vector<penstock_option> options_of(const penstock_stage& stage) const;

 private:
  void complain(const std::string& coded_text);

  std::map<std::string, std::string, std::less<>> own_;
  std::map<const penstock_stage*, std::map<std::string, std::string>> given_;
  std::string problems_;
};

// Returns the problem with the value of an own option, or "". Types: "text", "size", "duration" and words
// ("on|off").
std::string complaint(const penstock_option_info& info, std::string_view value);

}  // namespace penstock::fluentbit
