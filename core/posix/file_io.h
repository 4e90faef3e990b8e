// Helpers for file handling. Private to core/posix.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace penstock::posix {

// A file descriptor that the destructor closes.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Returns Code::io with the message "what: text of the errno".
Status io_error(const std::string& what, int error, MessageId id = "PS0666");

// Writes all of bytes, despite interruptions and short writes, and removes what is written from bytes; after an
// error, the rest remains in it. A file size limit (`ulimit -f`) is an error like a full disk: SIGXFSZ, which by
// default ends the process, is blocked and consumed here, because the process's signal dispositions belong to the
// host program.
Status write_all(int fd, std::string_view& bytes, const std::string& what);

// Checks that a file is private to its owner: Code::config for another owner, for hard links, and for a mode
// beyond 0600.
Status check_private(const struct stat& about, const std::string& name);

// Checks that path may be replaced: Code::config for a symbolic link and for a file of another owner.
Status check_target(const std::string& path);

// Checks that a temporary file, which is then set to mode 0600, is private to its owner: Code::config for another
// owner and for hard links.
Status check_temporary(const struct stat& about, const std::string& name);

// Returns whether path leads to the open file.
bool is_named(int fd, const std::string& path);

// Syncs the folder of path, so that names created or renamed in it survive a power failure.
Status sync_folder_of(const std::string& path);

// Opens a file for writing and locks it against every other descriptor; creates it with mode 0600 if it does not
// exist. Does not follow symbolic links, and accepts only regular files (else Code::config). Code::config, with
// the holder's process ID if it is known, if another process has the lock. flags are added to the flags of open().
Result<Descriptor> open_locked(const std::string& path, int flags);

}  // namespace penstock::posix
