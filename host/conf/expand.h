// Variables of a conf file, and the files that an @INCLUDE pattern matches.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

// Returns the value of an environment variable; NULL: not set.
using Environment = std::function<const char*(const std::string& name)>;

class Variables {
 public:
  explicit Variables(Environment environment) : environment_(std::move(environment)) {}

  // @SET: has priority over the environment; a later value replaces an earlier one.
  void set(std::string name, std::string value) { set_[std::move(name)] = std::move(value); }

  // Replaces ${NAME}, and ${NAME:-default} if NAME is unset or empty. A name that is unset and has no default
  // becomes empty and is added to unset. "${" without "}" stays unchanged. Values are not expanded again.
  std::string expand(std::string_view text, std::vector<std::string>& unset) const;

 private:
  Environment environment_;
  std::map<std::string, std::string> set_;
};

// Returns the files that pattern matches, sorted by name. A pattern without *, ? and [ is returned unchanged, even
// if the file does not exist. A relative pattern is relative to the folder of the including file.
std::vector<std::string> included_files(const std::string& including_file, const std::string& pattern);

// Returns path if it is absolute, else path relative to the folder of file.
std::string relative_to(const std::string& file, const std::string& path);

bool has_wildcards(std::string_view pattern);

}  // namespace penstock::host
