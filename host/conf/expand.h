// Variables of a conf file, and the files that @INCLUDE means.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

// Looks a name up in the environment; NULL: not set.
using Environment = std::function<const char*(const std::string& name)>;

class Variables {
 public:
  explicit Variables(Environment environment) : environment_(std::move(environment)) {}

  // @SET: goes before the environment; a later one replaces an earlier one.
  void set(std::string name, std::string value) { set_[std::move(name)] = std::move(value); }

  // Replaces ${NAME} and ${NAME:-default} (where NAME is unset or empty). A name that is unset and has no default
  // becomes nothing and is added to unset. "${" with no "}" behind stays as it is; what was put in is not looked
  // at again.
  std::string expand(std::string_view text, std::vector<std::string>& unset) const;

 private:
  Environment environment_;
  std::map<std::string, std::string> set_;
};

// The files that pattern means, in order of name: a pattern without *, ? and [ means itself, there or not. A
// relative one is relative to the folder of the file that includes it.
std::vector<std::string> included_files(const std::string& including_file, const std::string& pattern);

// path itself where it is absolute, else seen from the folder of file.
std::string beside(const std::string& file, const std::string& path);

bool has_wildcards(std::string_view pattern);

}  // namespace penstock::host
