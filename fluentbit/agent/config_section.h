// A section of the agent's conf: options of the adapter's own, and options of the stages behind it. The agent
// keeps some keys for itself and cannot say which others a section has; so each known one is asked for by name.
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

// The options that the adapters have beside those of their stages.
extern const OptionTable kInputOptions;
extern const OptionTable kOutputOptions;
extern const OptionTable kFilterOptions;

class ConfigSection {
 public:
  // The value that the section has for a key, NUL-ended; nullptr: it has none.
  using Property = std::function<const char*(const char* key)>;

  // stages: whose options the section may hold as well.
  ConfigSection(OptionTable own, std::vector<const penstock_stage*> stages, const Property& property);

  // Everything that is wrong with the values, a line each; "": nothing.
  const std::string& problems() const { return problems_; }

  // Own options, where there are no problems(): the section's value or the table's default, "" without either.
  const std::string& text(std::string_view name) const { return own_.find(name)->second; }
  bool on(std::string_view name) const { return text(name) == "on"; }
  size_t size_bytes(std::string_view name) const;
  int64_t duration_ms(std::string_view name) const;

  // Those that the section has for a stage; they point into it.
  std::vector<penstock_option> options_of(const penstock_stage& stage) const;

 private:
  void complain(const std::string& text);

  std::map<std::string, std::string, std::less<>> own_;
  std::map<const penstock_stage*, std::map<std::string, std::string>> given_;
  std::string problems_;
};

// What is wrong with a value of an own option, "" if nothing: of the types "text", "size", "duration" and words
// ("on|off").
std::string complaint(const penstock_option_info& info, std::string_view value);

}  // namespace penstock::fluentbit
