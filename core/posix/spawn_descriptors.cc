#include "core/posix/spawn_descriptors.h"

#include <dlfcn.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>

namespace penstock::posix {

void close_inherited_descriptors(posix_spawn_file_actions_t& actions) {
  // Looked up at run time, because a release build must also load with an older glibc.
  using CloseFrom = int (*)(posix_spawn_file_actions_t*, int);
  static const auto close_from =
      reinterpret_cast<CloseFrom>(dlsym(RTLD_DEFAULT, "posix_spawn_file_actions_addclosefrom_np"));
  if (close_from == nullptr || close_from(&actions, STDERR_FILENO + 1) != 0) close_open_descriptors(actions);
}

void close_open_descriptors(posix_spawn_file_actions_t& actions) {
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename();
    int descriptor = -1;
    std::from_chars(name.data(), name.data() + name.size(), descriptor);
    // Closing one that is closed meanwhile, like that of this folder, does not fail.
    if (descriptor > STDERR_FILENO) posix_spawn_file_actions_addclose(&actions, descriptor);
  }
}

}  // namespace penstock::posix
