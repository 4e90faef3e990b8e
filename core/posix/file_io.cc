#include "core/posix/file_io.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>

#include "base/text.h"

namespace penstock::posix {

namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kAllModeBits = 07777;

struct flock whole_file() {
  struct flock range = {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  return range;
}

// A scope in which SIGXFSZ is blocked for this thread, to which the kernel sends it. The destructor discards the
// signal, but one that was already pending before remains pending.
class WithoutSigxfsz {
 public:
  WithoutSigxfsz() {
    sigemptyset(&only_);
    sigaddset(&only_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &only_, &before_);
    sigset_t pending;
    was_pending_ = sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 1;
  }
  ~WithoutSigxfsz() {
    const int error = errno;
    const timespec at_once = {};
    if (!was_pending_)
      while (sigtimedwait(&only_, nullptr, &at_once) < 0 && errno == EINTR) continue;
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }
  WithoutSigxfsz(const WithoutSigxfsz&) = delete;
  WithoutSigxfsz& operator=(const WithoutSigxfsz&) = delete;

 private:
  sigset_t only_;
  sigset_t before_;
  bool was_pending_;
};

// Returns the error for a lock held by another process. A lock file PATH.lock protects PATH, the name that the
// user knows, so the error names PATH.
Status held_by_other(int fd, std::string name) {
  constexpr std::string_view kSuffix = ".lock";
  if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
  struct flock range = whole_file();
  const bool known = fcntl(fd, F_GETLK, &range) == 0 && range.l_type != F_UNLCK && range.l_pid > 0;
  const std::string holder = known ? "process " + std::to_string(range.l_pid)
                                   : std::string("another process, or another part of this one");
  return {Code::config, "PS0664",
          name + " is in use by " + holder + "; give each process its own path, or stop the other one"};
}

Status belongs_to_other(const struct stat& about, const std::string& name) {
  return {Code::config, "PS0665",
          name + " belongs to user " + std::to_string(about.st_uid) + ", but this process runs as user " +
              std::to_string(geteuid()) + "; remove the file, or choose another path"};
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Status io_error(const std::string& what, int error, MessageId id) {
  return {Code::io, id, what + ": " + std::generic_category().message(error)};
}

Status check_temporary(const struct stat& about, const std::string& name) {
  if (about.st_uid != geteuid()) return belongs_to_other(about, name);
  if (about.st_nlink > 1)
    return {Code::config, "PS0667",
            name +
                " has hard links, through which another program may write to it; remove the file, or choose "
                "another path"};
  return {};
}

Status check_private(const struct stat& about, const std::string& name) {
  if (Status status = check_temporary(about, name); !status.ok()) return status;
  if (const mode_t mode = about.st_mode & kAllModeBits; (mode & ~kOwnerOnly) != 0) {
    const char octal[] = {'0', static_cast<char>('0' + (mode >> 6 & 7)), static_cast<char>('0' + (mode >> 3 & 7)),
                          static_cast<char>('0' + (mode & 7)), '\0'};
    return {Code::config, "PS0668",
            name + " has mode " + octal + ", but only its owner may have access; run chmod 0600 " + name};
  }
  return {};
}

// Replacing the file at path must not destroy another user's work: a symbolic link would be replaced, and its
// target would remain unchanged. Hard links are allowed, because backups create them.
Status check_target(const std::string& path) {
  struct stat about = {};
  if (lstat(path.c_str(), &about) != 0) return {};
  const std::string name = printable(path);
  if (S_ISLNK(about.st_mode)) return {Code::config, "PS0669", name + " is a symbolic link; name the file itself"};
  if (S_ISREG(about.st_mode) && about.st_uid != geteuid()) return belongs_to_other(about, name);
  return {};
}

bool is_named(int fd, const std::string& path) {
  struct stat about = {};
  struct stat named = {};
  return fstat(fd, &about) == 0 && lstat(path.c_str(), &named) == 0 && named.st_dev == about.st_dev &&
         named.st_ino == about.st_ino;
}

Status write_all(int fd, std::string_view& bytes, const std::string& what) {
  const WithoutSigxfsz without_sigxfsz;
  while (!bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error(what, errno);
    if (count == 0) return io_error(what, ENOSPC);  // not expected for files, but must not cause an endless loop
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

Status sync_folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string what = "cannot sync the folder " + printable(folder);
  const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) return io_error(what, errno);
  // Some file systems cannot sync folders and return EINVAL.
  if (fsync(descriptor.get()) != 0 && errno != EINVAL) return io_error(what, errno);
  return {};
}

Result<Descriptor> open_locked(const std::string& path, int flags) {
  const std::string name = printable(path);
  // O_NONBLOCK, so that open() does not wait for the reader of a FIFO at that path.
  Descriptor file(
      open(path.c_str(), flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, kOwnerOnly));
  if (!file.valid() && errno == ELOOP)
    return Status(Code::config, "PS0669", name + " is a symbolic link; name the file itself");
  if (!file.valid()) return io_error("cannot open " + name, errno);
  struct stat about = {};
  if (fstat(file.get(), &about) != 0) return io_error("cannot open " + name, errno);
  if (!S_ISREG(about.st_mode))
    return Status(Code::config, "PS0671", name + " is not a regular file; choose another path");
  // flock() excludes other descriptors of the same process, but does not say who holds the lock. A POSIX lock is
  // therefore added as a label with the process ID. It is lost if the process opens the file again; the error then
  // has no process ID.
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return held_by_other(file.get(), name);
    return io_error("cannot lock " + name, errno);
  }
  struct flock label = whole_file();
  fcntl(file.get(), F_SETLK, &label);
  return file;
}

}  // namespace penstock::posix
