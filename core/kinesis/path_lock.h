// Lock on a file that only one process at a time may write.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/env.h"

namespace penstock::kinesis {

// Lock on PATH.lock, held for the lifetime of this object.
class PathLock {
 public:
  static Result<PathLock> take(Files& files, const std::string& path) {
    Result<std::unique_ptr<FileLock>> lock = files.lock(path + ".lock");
    if (!lock) return lock.status();
    return PathLock(files, path, std::move(*lock));
  }

  // Checks the lock; call it before each write. Fails after the lock file was removed or replaced, because another
  // process may have locked it and written the file meanwhile. The next call locks the new lock file, or fails
  // while another process holds it.
  Status check() {
    if (lock_ != nullptr) {
      Status held = lock_->check();
      if (!held.ok()) lock_.reset();
      return held;
    }
    Result<std::unique_ptr<FileLock>> lock = files_->lock(path_ + ".lock");
    if (!lock) return lock.status();
    lock_ = std::move(*lock);
    return {};
  }

 private:
  PathLock(Files& files, std::string path, std::unique_ptr<FileLock> lock)
      : files_(&files), path_(std::move(path)), lock_(std::move(lock)) {}

  Files* files_;
  std::string path_;
  std::unique_ptr<FileLock> lock_;  // nullptr: lost
};

}  // namespace penstock::kinesis
