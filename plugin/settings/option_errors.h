// Errors in the values of options, for causes that several options share.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "base/text.h"
#include "plugin/abi/options.h"

namespace penstock::plugin {

// The option's value is valid, but not allowed. expected: the allowed values, such as "1 to 100" or "at least 3s".
inline Status out_of_range(const Options& options, const std::string& name, const std::string& expected) {
  return {Code::config, "PS0101",
          name + " " + printable(options.text(name)) + " is out of range: expected " + expected};
}

// The option's value is greater than that of another option, which limits it.
inline Status exceeds(const Options& options, const std::string& name, const std::string& limit) {
  return {Code::config, "PS0102",
          name + " " + options.text(name) + " exceeds " + limit + " " + options.text(limit) + ": raise " + limit +
              ", or lower " + name};
}

// Two options, or values of options, exclude each other. remedy: the reason, and what to change.
inline Status not_together(const std::string& one, const std::string& other, const std::string& remedy) {
  return {Code::config, "PS0105", one + " cannot be used with " + other + ": " + remedy};
}

}  // namespace penstock::plugin
