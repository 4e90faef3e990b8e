// Small pieces of file handling shared in core/posix. Private to it.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace penstock::posix {

// Closes a file descriptor when it goes.
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

// Code::io, "what: the text of that errno".
Status io_error(const std::string& what, int error);

// Writes all of bytes, over interruptions and short writes, and takes from bytes what is written: after an error,
// the rest stays in it. A limit on the size of files (`ulimit -f`) is an error like a full disk: SIGXFSZ, whose
// default ends the process, is blocked and consumed here, because the process's signal dispositions belong to the
// program that has loaded us.
Status write_all(int fd, std::string_view& bytes, const std::string& what);

// Whether a file is its owner's alone: Code::config for another owner, for hard links, and for a mode beyond 0600.
Status check_private(const struct stat& about, const std::string& name);

// Whether path may be replaced: Code::config for a symbolic link and for a file of another owner.
Status check_target(const std::string& path);

// Whether a temporary file, which is then given mode 0600, is its owner's alone: Code::config for another owner
// and for hard links.
Status check_temporary(const struct stat& about, const std::string& name);

// Whether path leads to the file that is open.
bool is_named(int fd, const std::string& path);

// Makes names created or renamed in the folder of path survive a power cut.
Status sync_folder_of(const std::string& path);

// Opens to write, creates with mode 0600, follows no symbolic link, takes regular files alone (else
// Code::config), and locks against every other descriptor. Code::config, with the holder's pid where it can be
// told, if someone else holds the lock. flags go to open() beside these.
Result<Descriptor> open_locked(const std::string& path, int flags);

}  // namespace penstock::posix
