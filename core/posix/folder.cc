#include "core/posix/folder.h"

#include <dirent.h>

#include <cerrno>
#include <memory>
#include <new>
#include <string_view>

namespace penstock::posix {

namespace {

struct Close {
  void operator()(DIR* folder) const { closedir(folder); }
};

}  // namespace

int list_folder(const std::string& path, const std::function<bool(const char* name)>& take) {
  const std::unique_ptr<DIR, Close> folder(opendir(path.c_str()));
  if (folder == nullptr) {
    if (errno == ENOMEM) throw std::bad_alloc();
    return errno;
  }
  while (true) {
    errno = 0;
    const dirent* const entry = readdir(folder.get());
    if (entry == nullptr) return errno;
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && !take(entry->d_name)) return 0;
  }
}

}  // namespace penstock::posix
