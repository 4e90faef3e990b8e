#include "tests/sim/sim_files.h"

#include <algorithm>
#include <utility>

namespace penstock::sim {
namespace {

using Disk = SimFiles::Disk;

// A lock, as long as the process that took it lives.
class SimLock : public FileLock {
 public:
  SimLock(std::shared_ptr<Disk> disk, std::string path) : disk_(std::move(disk)), path_(std::move(path)) {
    disk_->locked.insert(path_);
    life_ = disk_->life;
  }
  SimLock(const SimLock&) = delete;
  SimLock& operator=(const SimLock&) = delete;
  ~SimLock() override {
    if (alive()) disk_->locked.erase(path_);
  }

  bool alive() const { return life_ == disk_->life; }
  Disk& disk() { return *disk_; }
  const std::string& path() const { return path_; }

 private:
  std::shared_ptr<Disk> disk_;
  std::string path_;
  uint64_t life_ = 0;
};

class SimAppendFile : public AppendFile {
 public:
  SimAppendFile(const std::shared_ptr<Disk>& disk, const std::string& path) : lock_(disk, path) {}

  Status append(std::string_view bytes) override {
    if (!lock_.alive()) return dead();
    if (Status status = lock_.disk().write_room(lock_.path(), bytes.size()); !status) return status;
    lock_.disk().files[lock_.path()].content += bytes;
    return {};
  }
  Status sync() override { return lock_.alive() ? lock_.disk().sync(lock_.path()) : dead(); }

 private:
  Status dead() const { return {Code::io, "writing " + lock_.path() + ": the process that opened it is gone"}; }

  SimLock lock_;
};

Status locked_by_another(const std::string& path) {
  return {Code::config, path + " is locked by another process (pid 4711)"};
}

}  // namespace

Status Disk::write_room(const std::string& path, size_t bytes) {
  if (!free_bytes) return {};
  if (bytes > *free_bytes) return {Code::io, "writing " + path + ": No space left on device"};
  *free_bytes -= bytes;
  return {};
}

Status Disk::sync(const std::string& path) {
  if (fail_syncs) return {Code::io, "syncing " + path + ": Input/output error"};
  File& file = files[path];
  file.synced = file.content.size();
  ++syncs;
  return {};
}

Result<std::string> SimFiles::read(const std::string& path, size_t max_bytes) {
  const auto file = disk_->files.find(path);
  if (file == disk_->files.end())
    return Status(Code::not_found, "reading " + path + ": No such file or directory");
  if (file->second.content.size() > max_bytes)
    return Status(Code::too_large, "reading " + path + ": larger than " + std::to_string(max_bytes) + " bytes");
  return file->second.content;
}

Status SimFiles::replace(const std::string& path, std::string_view bytes) {
  if (Status status = disk_->write_room(path, bytes.size()); !status) return status;
  if (disk_->fail_syncs) return {Code::io, "syncing " + path + ": Input/output error"};
  disk_->files[path].content = bytes;
  return disk_->sync(path);
}

Result<std::unique_ptr<AppendFile>> SimFiles::append_to(const std::string& path) {
  if (disk_->locked.contains(path)) return locked_by_another(path);
  disk_->files[path];
  return std::unique_ptr<AppendFile>(std::make_unique<SimAppendFile>(disk_, path));
}

Result<std::unique_ptr<FileLock>> SimFiles::lock(const std::string& path) {
  if (disk_->locked.contains(path)) return locked_by_another(path);
  return std::unique_ptr<FileLock>(std::make_unique<SimLock>(disk_, path));
}

void SimFiles::crash(SimRandom& random) {
  for (auto it = disk_->files.begin(); it != disk_->files.end();) {
    File& file = it->second;
    if (!file.synced) {
      it = disk_->files.erase(it);
      continue;
    }
    file.content.resize(*file.synced + random.up_to(file.content.size() - *file.synced));
    file.synced = file.content.size();
    ++it;
  }
  kill();
}

void SimFiles::kill() {
  disk_->locked.clear();
  ++disk_->life;
}

std::optional<std::string> SimFiles::content(const std::string& path) const {
  const auto file = disk_->files.find(path);
  if (file == disk_->files.end()) return std::nullopt;
  return file->second.content;
}

void SimFiles::put(const std::string& path, std::string content) {
  const size_t size = content.size();
  disk_->files[path] = {std::move(content), size};
}

}  // namespace penstock::sim
