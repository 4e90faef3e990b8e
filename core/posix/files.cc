#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "base/text.h"
#include "core/posix/file_io.h"
#include "core/posix/folder.h"
#include "core/posix/posix_env.h"

namespace penstock::posix {

namespace {

constexpr size_t kReadPieceBytes = size_t{64} * 1024;
constexpr int kTriesForTemporary = 10;
constexpr int kTriesForLock = 10;

class SystemAppendFile : public AppendFile {
 public:
  SystemAppendFile(Descriptor file, std::string path, off_t bytes)
      : file_(std::move(file)),
        path_(std::move(path)),
        name_(printable(path_)),
        synced_bytes_(bytes),
        end_in_doubt_(bytes > 0) {}

  Result<State> state() override {
    struct stat about = {};
    if (fstat(file_.get(), &about) != 0) return io_error("cannot get the status of " + name_, errno);
    State state;
    state.bytes = static_cast<uint64_t>(about.st_size);
    state.is_named = is_named(file_.get(), path_);
    char last = '\n';
    if (about.st_size > 0 && pread(file_.get(), &last, 1, about.st_size - 1) < 0)
      return io_error("cannot read the end of " + name_, errno);
    state.in_line = last != '\n';
    return state;
  }

  Appended append(std::string_view lines) override {
    const std::string what = "cannot append to " + name_;
    struct stat before = {};
    if (fstat(file_.get(), &before) != 0) return {0, io_error(what, errno)};
    if (end_in_doubt_)
      if (Status rewritten = rewrite_last_byte(before.st_size, what); !rewritten.ok()) return {0, rewritten};
    std::string_view rest = lines;
    const Status written = write_all(file_.get(), rest, what);
    if (written.ok()) return {lines.size(), {}};
    lines.remove_suffix(rest.size());
    const size_t complete = lines.rfind('\n') + 1;
    if (complete == lines.size() || ftruncate(file_.get(), before.st_size + static_cast<off_t>(complete)) == 0)
      return {complete, written};
    const Status cut = io_error("cannot truncate the incomplete line", errno);
    return {complete, written.with_message(written.message() + "; and " + cut.message())};
  }

  // Truncates what could not be synced. After a failed fdatasync(), the kernel treats the unwritten data as
  // written: the next fdatasync() would succeed, and a power failure would leave zero bytes there
  // (https://wiki.postgresql.org/wiki/Fsync_Errors). After the truncation, lines that are appended again reach the
  // disk.
  Status sync() override {
    struct stat about = {};
    if (fstat(file_.get(), &about) == 0 && fdatasync(file_.get()) == 0) {
      synced_bytes_ = about.st_size;
      end_in_doubt_ = false;
      return {};
    }
    const Status failed = io_error("cannot sync " + name_, errno);
    // Truncation may fail, and the remaining data may be from an earlier process that never synced it.
    end_in_doubt_ = true;
    if (about.st_size <= synced_bytes_ || ftruncate(file_.get(), synced_bytes_) == 0) return failed;
    const Status cut = io_error("cannot truncate the lines that were appended", errno);
    return failed.with_message(failed.message() + "; and " + cut.message());
  }

 private:
  // Rewrites the last byte, the newline before the lines to append. The next sync then writes it even if earlier
  // syncs failed, so that appended lines are sure to start a new line.
  Status rewrite_last_byte(off_t size, const std::string& what) {
    char last = 0;
    if (size == 0) return {};
    if (pread(file_.get(), &last, 1, size - 1) != 1) return io_error(what, errno);
    // With O_APPEND the byte would be appended.
    if (lseek(file_.get(), size - 1, SEEK_SET) < 0 || fcntl(file_.get(), F_SETFL, 0) != 0)
      return io_error(what, errno);
    std::string_view byte(&last, 1);
    const Status written = write_all(file_.get(), byte, what);
    if (fcntl(file_.get(), F_SETFL, O_APPEND) != 0) return io_error(what, errno);
    return written;
  }

  const Descriptor file_;
  const std::string path_;
  const std::string name_;  // printable path
  off_t synced_bytes_;      // size at the last successful sync; before the first one, the size when it was opened
  bool end_in_doubt_;       // a power failure may leave a zero byte in place of the last newline
};

class SystemFileLock : public FileLock {
 public:
  SystemFileLock(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Status check() override {
    if (is_named(file_.get(), path_)) return {};
    return {Code::io, "PS0672",
            "the lock file " + printable(path_) +
                " was removed or replaced while it was in use, so another process may have locked the new one; do "
                "not remove lock files while their owner runs"};
  }

 private:
  const Descriptor file_;
  const std::string path_;
};

// Opens, locks, and empties the temporary file at path. Its name is always the same, so a crash leaves at most one
// file; the lock prevents two writers from mixing their bytes in it.
Result<Descriptor> open_temporary(const std::string& path) {
  for (int i = 0; i < kTriesForTemporary; ++i) {
    Result<Descriptor> file = open_locked(path, O_WRONLY);
    if (!file.ok()) return file;
    struct stat locked = {};
    if (fstat(file->get(), &locked) != 0) return io_error("cannot open " + printable(path), errno);
    // Between open and lock, another writer may have renamed it into place; then it is not ours to write.
    if (!is_named(file->get(), path)) continue;
    if (Status status = check_temporary(locked, printable(path)); !status.ok()) return status;
    if (fchmod(file->get(), 0600) != 0 || ftruncate(file->get(), 0) != 0)
      return io_error("cannot truncate " + printable(path), errno);
    return file;
  }
  return Status(Code::config, "PS0664",
                printable(path) +
                    " is replaced by another process again and again; give each process its own path, or stop the "
                    "other one");
}

class SystemFiles : public Files {
 public:
  Result<std::string> read(const std::string& path, size_t max_bytes) override {
    const std::string what = "cannot read " + printable(path);
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file.valid() && errno == ENOENT)
      return Status(Code::not_found, "PS0674", printable(path) + " does not exist");
    struct stat about = {};
    if (!file.valid() || fstat(file.get(), &about) != 0) return io_error(what, errno);
    if (!S_ISREG(about.st_mode))
      return Status(Code::config, "PS0671", printable(path) + " is not a regular file; choose another path");
    std::string text;
    for (;;) {
      const size_t size = text.size();
      const size_t piece =
          std::min(kReadPieceBytes, max_bytes - size) + 1;  // one extra byte shows that the file is larger
      text.resize(size + piece);
      const ssize_t count = ::read(file.get(), text.data() + size, piece);
      const int error = errno;
      text.resize(size + static_cast<size_t>(std::max<ssize_t>(count, 0)));
      if (count < 0 && error == EINTR) continue;
      if (count < 0) return io_error(what, error);
      if (count == 0) return text;
      if (text.size() > max_bytes)
        return Status(
            Code::too_large, "PS0676",
            printable(path) + " is too large: at most " + std::to_string(max_bytes) + " bytes are allowed");
    }
  }

  Status replace(const std::string& path, std::string_view bytes) override {
    if (Status status = check_target(path); !status.ok()) return status;
    const std::string temporary = path + ".tmp";
    const Result<Descriptor> file = open_temporary(temporary);
    if (!file.ok()) return file.status().in("cannot replace " + printable(path));
    const std::string what = "cannot write " + printable(temporary);
    Status status = write_all(file->get(), bytes, what);
    if (status.ok() && fsync(file->get()) != 0) status = io_error("cannot sync " + printable(temporary), errno);
    if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0)
      status = io_error("cannot rename " + printable(temporary) + " to " + printable(path), errno);
    if (!status.ok()) {
      unlink(temporary.c_str());
      return status;
    }
    return sync_folder_of(path);
  }

  Result<std::unique_ptr<AppendFile>> append_to(const std::string& path) override {
    Result<Descriptor> file = open_locked(path, O_RDWR | O_APPEND);
    if (!file.ok()) return file.status();
    struct stat about = {};
    if (fstat(file->get(), &about) != 0) return io_error("cannot open " + printable(path), errno);
    if (Status status = check_private(about, printable(path)); !status.ok()) return status;
    if (Status status = sync_folder_of(path); !status.ok()) return status;
    return std::unique_ptr<AppendFile>(std::make_unique<SystemAppendFile>(std::move(*file), path, about.st_size));
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    for (int i = 0; i < kTriesForLock; ++i) {
      Result<Descriptor> file = open_locked(path, O_WRONLY);
      if (!file.ok()) return file.status();
      struct stat about = {};
      if (fstat(file->get(), &about) != 0) return io_error("cannot open " + printable(path), errno);
      if (Status status = check_private(about, printable(path)); !status.ok()) return status;
      // Between open and lock, another process may have removed the file; the next process would then lock a new
      // one.
      if (is_named(file->get(), path))
        return std::unique_ptr<FileLock>(std::make_unique<SystemFileLock>(std::move(*file), path));
    }
    return Status(Code::config, "PS0672",
                  "the lock file " + printable(path) +
                      " is removed by another program again and again; do not remove lock files while their owner "
                      "runs");
  }

  Status rename(const std::string& path, const std::string& to) override {
    const std::string what = "cannot rename " + printable(path) + " to " + printable(to);
    int error = renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
    if (error == EINVAL || error == ENOSYS) {
      // This file system cannot refuse an existing name atomically.
      struct stat taken = {};
      error = lstat(to.c_str(), &taken) == 0 ? EEXIST : 0;
      if (error == 0 && ::rename(path.c_str(), to.c_str()) != 0) error = errno;
    }
    if (error == EEXIST) return {Code::config, "PS0678", what + ": a file with that name exists; move it away"};
    if (error != 0) return io_error(what, error);
    return sync_folder_of(to);
  }

  Result<uint64_t> bytes_of_family(const std::string& path) override {
    const size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "./" : path.substr(0, slash + 1);
    const std::string first = slash == std::string::npos ? path : path.substr(slash + 1);
    uint64_t bytes = 0;
    const int error = list_folder(folder, [&](const char* name) {
      struct stat file;
      const bool is_of_family = name == first || std::string_view(name).starts_with(first + '.');
      if (is_of_family && ::stat((folder + name).c_str(), &file) == 0 && S_ISREG(file.st_mode))
        bytes += static_cast<uint64_t>(file.st_size);
      return true;
    });
    if (error != 0) return io_error("cannot list the files next to " + printable(path), error);
    return bytes;
  }
};

}  // namespace

std::unique_ptr<Files> make_system_files() { return std::make_unique<SystemFiles>(); }

}  // namespace penstock::posix
