#include "plugin/settings/kept_files.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/text.h"
#include "core/kinesis/input/checkpoint.h"
#include "core/posix/posix_env.h"
#include "plugin/abi/host_env.h"

namespace penstock::plugin {

namespace {

constexpr std::string_view kFile = "file:";

// Returns every path that the option of that name uses, with links and ".." resolved.
std::vector<std::filesystem::path> paths_of(const Options& options, std::string_view name) {
  const std::string& value = options.text(name);
  const bool writes = value.starts_with(kFile);
  const std::string path = writes ? value.substr(kFile.size()) : value;
  std::vector<std::filesystem::path> paths;
  if (path.empty() || (!writes && name != "ca_file")) return paths;
  for (const char* suffix : {"", ".lock", ".tmp"}) {
    std::error_code error;
    paths.push_back(std::filesystem::weakly_canonical(path + suffix, error));
    if (error) paths.back() = path + suffix;
    if (!writes) break;
  }
  return paths;
}

bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code not_there;
  return a == b || std::filesystem::equivalent(a, b, not_there);
}

// Checks that the options of these names do not share a file.
Status check_apart(const Options& options, const char* option, const char* name) {
  const std::vector<std::filesystem::path> taken = paths_of(options, option);
  for (const std::filesystem::path& path : paths_of(options, name))
    if (std::any_of(taken.begin(), taken.end(),
                    [&](const std::filesystem::path& other) { return is_same_file(path, other); }))
      return {Code::config, "PS0124",
              std::string(option) + " and " + name + " use the same file " + printable(path.string()) +
                  ": give each its own"};
  return {};
}

}  // namespace

void check_own_files(const Options& options, std::initializer_list<const char*> names, const Complain& complain) {
  for (const auto* name = names.begin(); name != names.end(); ++name) {
    Status shared;
    for (const auto* other = names.begin(); other != name && shared.ok(); ++other) {
      shared = check_apart(options, *other, *name);
      complain(shared);
    }
  }
}

Status check_checkpoint_file(const Options& options) {
  const std::string& where = options.text("checkpoint");
  if (!where.starts_with(kFile)) return {};
  const std::string path = where.substr(kFile.size());
  const std::string what = "checkpoint " + printable(where);
  if (Status lockable = posix::check_writable(path + ".lock"); !lockable.ok()) return lockable.in(what);
  if (Status replaceable = posix::check_replaceable(path); !replaceable.ok()) return replaceable.in(what);
  const Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make({}, {});
  if (!host_env.ok()) return host_env.status();
  return kinesis::CheckpointStore::look((*host_env)->env(), where).status();
}

Status check_failure_file(const Options& options) {
  const std::string& where = options.text("on_failure");
  if (!where.starts_with(kFile)) return {};
  const std::string path = where.substr(kFile.size());
  for (const char* suffix : {"", ".lock"})
    if (Status writable = posix::check_writable(path + suffix); !writable.ok())
      return writable.in("on_failure " + printable(where));
  return {};
}

}  // namespace penstock::plugin
