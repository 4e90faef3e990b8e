#include "host/conf/expand.h"

#include <glob.h>

namespace penstock::host {

std::string Variables::expand(std::string_view text, std::vector<std::string>& unset) const {
  std::string out;
  while (true) {
    const size_t start = text.find("${");
    const size_t end = start == std::string_view::npos ? start : text.find('}', start);
    if (end == std::string_view::npos) break;
    out += text.substr(0, start);
    const std::string_view inner = text.substr(start + 2, end - start - 2);
    text.remove_prefix(end + 1);

    const size_t dash = inner.find(":-");
    const std::string name(inner.substr(0, dash));
    const auto set = set_.find(name);
    const char* const environment = set == set_.end() ? environment_(name) : nullptr;
    const bool is_set = set != set_.end() || environment != nullptr;
    const std::string value = set != set_.end() ? set->second : environment != nullptr ? environment : "";
    if (dash != std::string_view::npos && value.empty()) {
      out += inner.substr(dash + 2);
    } else {
      if (!is_set) unset.push_back(name);
      out += value;
    }
  }
  out += text;
  return out;
}

bool has_wildcards(std::string_view pattern) { return pattern.find_first_of("*?[") != std::string_view::npos; }

std::string relative_to(const std::string& file, const std::string& path) {
  const size_t slash = file.rfind('/');
  if (path.starts_with('/') || slash == std::string::npos) return path;
  return file.substr(0, slash + 1) + path;
}

std::vector<std::string> included_files(const std::string& including_file, const std::string& pattern) {
  const std::string full = relative_to(including_file, pattern);
  if (!has_wildcards(pattern)) return {full};
  std::vector<std::string> files;
  glob_t found{};
  if (glob(full.c_str(), 0, nullptr, &found) == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return files;
}

}  // namespace penstock::host
