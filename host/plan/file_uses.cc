#include "host/plan/file_uses.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "client/options.h"
#include "host/modules/module.h"

namespace penstock::host {

namespace {

constexpr std::string_view kFile = "file:";

// Returns the path, and the names of the files that are written next to it.
std::vector<std::filesystem::path> names_of(const FileUse& use) {
  std::vector<std::filesystem::path> names;
  for (const char* suffix : {"", ".lock", ".tmp"}) {
    std::error_code error;
    std::filesystem::path name = std::filesystem::weakly_canonical(use.path + suffix, error);
    names.push_back(error ? std::filesystem::path(use.path + suffix) : std::move(name));
    if (!use.writes) break;
  }
  return names;
}

bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code not_there;
  return a == b || std::filesystem::equivalent(a, b, not_there);
}

bool share_a_file(const FileUse& a, const FileUse& b) {
  const std::vector<std::filesystem::path> names = names_of(a);
  for (const std::filesystem::path& other : names_of(b))
    if (std::any_of(names.begin(), names.end(),
                    [&](const std::filesystem::path& name) { return is_same_file(name, other); }))
      return true;
  return false;
}

}  // namespace

void add_file_uses(const penstock_stage& stage, const std::vector<Entry>& options, size_t section,
                   std::vector<FileUse>& uses) {
  for (const Entry& entry : options) {
    for (size_t i = 0; i < stage.option_info_count; ++i) {
      const penstock_option_info& info = client::option_info(stage, i);
      if (!equal_without_case(info.name, entry.key) || info.type == nullptr) continue;
      const std::string_view type = info.type;
      const bool writes = type.find("file:PATH") != std::string_view::npos &&
                          equal_without_case(entry.value.substr(0, kFile.size()), kFile);
      if (writes) uses.push_back({section, entry.key, entry.place, entry.value.substr(kFile.size()), true});
      if (type == "path") uses.push_back({section, entry.key, entry.place, entry.value, false});
    }
  }
}

void check_file_uses(const std::vector<FileUse>& uses, std::vector<Problem>& problems) {
  for (auto use = uses.begin(); use != uses.end(); ++use) {
    const auto earlier = std::find_if(uses.begin(), use, [&](const FileUse& other) {
      return other.section != use->section && (other.writes || use->writes) && share_a_file(other, *use);
    });
    if (earlier == use) continue;
    problems.push_back(Problem::error(
        use->place, "PS0849",
        use->key + " uses the file '" + printable(use->path, kMaxPrintedLineBytes) + "', which " + earlier->key +
            " in " + place_from(earlier->place, use->place) + " already uses; give each section its own file"));
  }
}

}  // namespace penstock::host
