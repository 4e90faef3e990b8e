#include "tests/sim/sim_files.h"

#include <algorithm>
#include <utility>

namespace penstock::sim {
namespace {

using Disk = SimFiles::Disk;

using File = SimFiles::File;

// A lock, as long as the process that took it lives. It stays with the file when that gets another name.
class SimLock : public FileLock {
 public:
  SimLock(std::shared_ptr<Disk> disk, std::shared_ptr<File> file)
      : disk_(std::move(disk)), file_(std::move(file)), life_(disk_->life) {
    file_->locked = true;
  }
  SimLock(const SimLock&) = delete;
  SimLock& operator=(const SimLock&) = delete;
  ~SimLock() override {
    if (alive()) file_->locked = false;
  }

  bool alive() const { return life_ == disk_->life; }
  Disk& disk() { return *disk_; }
  File& file() { return *file_; }

 private:
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<File> file_;
  uint64_t life_;
};

class SimAppendFile : public AppendFile {
 public:
  SimAppendFile(const std::shared_ptr<Disk>& disk, const std::shared_ptr<File>& file, std::string path)
      : lock_(disk, file), path_(std::move(path)) {}

  Result<State> state() override {
    if (!lock_.alive()) return dead();
    const std::string& content = lock_.file().content;
    const auto named = lock_.disk().files.find(path_);
    return State{content.size(), !content.empty() && content.back() != '\n',
                 named != lock_.disk().files.end() && named->second.get() == &lock_.file()};
  }
  Status append(std::string_view bytes) override {
    if (!lock_.alive()) return dead();
    if (Status status = lock_.disk().write_room(path_, bytes.size()); !status) return status;
    lock_.file().content += bytes;
    return {};
  }
  Status sync() override { return lock_.alive() ? lock_.disk().sync(path_, lock_.file()) : dead(); }

 private:
  Status dead() const { return {Code::io, "writing " + path_ + ": the process that opened it is gone"}; }

  SimLock lock_;
  std::string path_;
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

Status Disk::sync(const std::string& path, File& file) {
  if (fail_syncs) return {Code::io, "syncing " + path + ": Input/output error"};
  file.synced = file.content.size();
  ++syncs;
  return {};
}

std::shared_ptr<File> Disk::at(const std::string& path) {
  std::shared_ptr<File>& file = files[path];
  if (file == nullptr) file = std::make_shared<File>();
  return file;
}

Result<std::string> SimFiles::read(const std::string& path, size_t max_bytes) {
  const auto file = disk_->files.find(path);
  if (file == disk_->files.end())
    return Status(Code::not_found, "reading " + path + ": No such file or directory");
  if (file->second->content.size() > max_bytes)
    return Status(Code::too_large, "reading " + path + ": larger than " + std::to_string(max_bytes) + " bytes");
  return file->second->content;
}

Status SimFiles::replace(const std::string& path, std::string_view bytes) {
  if (Status status = disk_->write_room(path, bytes.size()); !status) return status;
  if (disk_->fail_syncs) return {Code::io, "syncing " + path + ": Input/output error"};
  const std::shared_ptr<File> file = disk_->at(path);
  file->content = bytes;
  return disk_->sync(path, *file);
}

Result<std::unique_ptr<AppendFile>> SimFiles::append_to(const std::string& path) {
  const std::shared_ptr<File> file = disk_->at(path);
  if (file->locked) return locked_by_another(path);
  return std::unique_ptr<AppendFile>(std::make_unique<SimAppendFile>(disk_, file, path));
}

Result<std::unique_ptr<FileLock>> SimFiles::lock(const std::string& path) {
  const std::shared_ptr<File> file = disk_->at(path);
  if (file->locked) return locked_by_another(path);
  return std::unique_ptr<FileLock>(std::make_unique<SimLock>(disk_, file));
}

Status SimFiles::rename(const std::string& path, const std::string& to) {
  if (disk_->fail_renames) return {Code::io, "renaming " + path + ": Permission denied"};
  if (disk_->files.contains(to)) return {Code::config, to + " is there already"};
  auto named = disk_->files.extract(path);
  if (named.empty()) return {Code::io, "renaming " + path + ": No such file or directory"};
  named.key() = to;
  disk_->files.insert(std::move(named));
  return {};
}

Result<uint64_t> SimFiles::bytes_of_family(const std::string& path) {
  uint64_t bytes = 0;
  for (const auto& [name, file] : disk_->files)
    if (name == path || name.starts_with(path + ".")) bytes += file->content.size();
  return bytes;
}

void SimFiles::crash(SimRandom& random) {
  for (auto it = disk_->files.begin(); it != disk_->files.end();) {
    File& file = *it->second;
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
  for (const auto& [path, file] : disk_->files) file->locked = false;
  ++disk_->life;
}

std::optional<std::string> SimFiles::content(const std::string& path) const {
  const auto file = disk_->files.find(path);
  if (file == disk_->files.end()) return std::nullopt;
  return file->second->content;
}

std::vector<std::string> SimFiles::paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, file] : disk_->files) paths.push_back(path);
  return paths;
}

void SimFiles::put(const std::string& path, std::string content) {
  const size_t size = content.size();
  disk_->files[path] = std::make_shared<File>(File{std::move(content), size});
}

void SimFiles::remove(const std::string& path) { disk_->files.erase(path); }

}  // namespace penstock::sim
