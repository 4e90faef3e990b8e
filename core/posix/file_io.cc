#include "core/posix/file_io.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/base/json.h"

namespace penstock {

namespace {

constexpr mode_t kOwnerOnly = 0600;

struct flock whole_file() {
  struct flock range = {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  return range;
}

// A lock file PATH.lock is held for PATH, which is the name that the user knows.
Status held_by_other(int fd, std::string name) {
  constexpr std::string_view kSuffix = ".lock";
  if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
  struct flock range = whole_file();
  const bool known = fcntl(fd, F_GETLK, &range) == 0 && range.l_type != F_UNLCK && range.l_pid > 0;
  const std::string holder = known ? "process " + std::to_string(range.l_pid)
                                   : std::string("another process, or another part of this one");
  return {Code::config, name + " is in use by " + holder + "; give each its own path, or stop the other"};
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Status io_error(const std::string& what, int error) {
  return {Code::io, what + ": " + std::generic_category().message(error)};
}

Status write_all(int fd, std::string_view bytes, const std::string& what) {
  while (!bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(what, errno);
    if (count == 0) return io_error(what, ENOSPC);  // not foreseen for files, but it must not go round for ever
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

Status sync_folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string what = "syncing the folder " + printable(folder);
  const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) return io_error(what, errno);
  // Some file systems have nothing to sync in a folder and say EINVAL.
  if (fsync(descriptor.get()) != 0 && errno != EINVAL) return io_error(what, errno);
  return {};
}

Result<Descriptor> open_locked(const std::string& path, int flags) {
  const std::string name = printable(path);
  // O_NONBLOCK, lest a FIFO put there waits for a reader.
  Descriptor file(
      open(path.c_str(), flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, kOwnerOnly));
  if (!file.valid() && errno == ELOOP)
    return Status(Code::config, name + " is a symbolic link; name the file itself");
  if (!file.valid()) return io_error("opening " + name, errno);
  struct stat about = {};
  if (fstat(file.get(), &about) != 0) return io_error("opening " + name, errno);
  if (!S_ISREG(about.st_mode)) return Status(Code::config, name + " is not a regular file; name one");
  // flock() tells descriptors of one process apart, but not who holds it; so a POSIX lock goes beside it as a
  // label. That one is lost if the process opens the file once more, and then the error has no pid.
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return held_by_other(file.get(), name);
    return io_error("locking " + name, errno);
  }
  struct flock label = whole_file();
  fcntl(file.get(), F_SETLK, &label);
  return file;
}

}  // namespace penstock
