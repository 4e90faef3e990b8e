#include "core/posix/spawn_descriptors.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>

#include "core/posix/folder.h"

namespace penstock::posix {

void close_inherited_descriptors(posix_spawn_file_actions_t& actions) {
  // Looked up at run time, because a release build must also load with an older glibc.
  using CloseFrom = int (*)(posix_spawn_file_actions_t*, int);
  static const auto close_from =
      reinterpret_cast<CloseFrom>(dlsym(RTLD_DEFAULT, "posix_spawn_file_actions_addclosefrom_np"));
  if (close_from == nullptr || close_from(&actions, STDERR_FILENO + 1) != 0) close_open_descriptors(actions);
}

void close_open_descriptors(posix_spawn_file_actions_t& actions) {
  list_folder("/proc/self/fd", [&](const char* name) {
    const int descriptor = std::atoi(name);
    // Closing one that is closed meanwhile, like that of this folder, does not fail.
    if (descriptor > STDERR_FILENO) posix_spawn_file_actions_addclose(&actions, descriptor);
    return true;
  });
}

}  // namespace penstock::posix
