// The lock on a file that one process at a time may write.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/env.h"

namespace penstock::kinesis {

// PATH.lock, locked while this lives.
class PathLock {
 public:
  static Result<PathLock> take(Files& files, const std::string& path) {
    Result<std::unique_ptr<FileLock>> lock = files.lock(path + ".lock");
    if (!lock) return lock.status();
    return PathLock(files, path, std::move(*lock));
  }

  // To be asked before each write. Not ok after the lock file was removed or replaced, as another process may have
  // locked and written meanwhile; the next call locks the new one, and is not ok while another process has it.
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
