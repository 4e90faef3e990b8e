#include "tests/sim/sim_files.h"

#include <algorithm>
#include <utility>

namespace penstock::sim {
namespace {

using Disk = SimFiles::Disk;
using File = SimFiles::File;

Status failed(std::string_view what, const std::string& path, std::string_view why = "Input/output error") {
  return {Code::io, "PS0000", std::string(what).append(" ").append(path).append(": ").append(why)};
}

Status gone(const std::string& path) { return failed("using", path, "the process that does it is dead"); }

// A lock that the process holds until it ends. It stays with the file if the file is renamed.
class SimLock : public FileLock {
 public:
  SimLock(std::shared_ptr<Disk> disk, std::shared_ptr<File> file, std::string path)
      : disk_(std::move(disk)), file_(std::move(file)), path_(std::move(path)), life_(disk_->life) {
    file_->locked = true;
  }
  SimLock(const SimLock&) = delete;
  SimLock& operator=(const SimLock&) = delete;
  ~SimLock() override {
    if (life_ == disk_->life) file_->locked = false;
  }

  Status check() override {
    const auto named = disk_->names.find(path_);
    if (named != disk_->names.end() && named->second == file_) return {};
    return failed("checking", path_, "the lock file was removed or replaced");
  }
  bool alive() const { return life_ == disk_->life && !disk_->died; }
  Disk& disk() { return *disk_; }
  File& file() { return *file_; }

 private:
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<File> file_;
  std::string path_;
  uint64_t life_;
};

class SimAppendFile : public AppendFile {
 public:
  SimAppendFile(const std::shared_ptr<Disk>& disk, const std::shared_ptr<File>& file, std::string path)
      : lock_(disk, file, path), path_(std::move(path)), good_(file->content.size()), end_in_doubt_(good_ > 0) {}

  Result<State> state() override {
    if (!lock_.alive()) return gone(path_);
    if (lock_.disk().chance(lock_.disk().faults.read)) return failed("getting the status of", path_);
    const std::string& content = lock_.file().content;
    const auto named = lock_.disk().names.find(path_);
    return State{content.size(), !content.empty() && content.back() != '\n',
                 named != lock_.disk().names.end() && named->second.get() == &lock_.file()};
  }
  Appended append(std::string_view lines) override {
    if (!lock_.alive()) return {0, gone(path_)};
    if (end_in_doubt_) lock_.file().write_last_byte_again();
    return lock_.disk().append(path_, lock_.file(), lines);
  }
  Status sync() override {
    if (!lock_.alive()) return gone(path_);
    Status synced = lock_.disk().sync(path_, lock_.file(), good_);
    end_in_doubt_ = !synced;
    good_ = lock_.file().content.size();
    return synced;
  }

 private:
  SimLock lock_;
  std::string path_;
  size_t good_;
  bool end_in_doubt_;  // the file's last byte may not be on the disk, and no sync will write it
};

Status locked_by_another(const std::string& path) {
  return {Code::config, "PS0000", path + " is locked by another process (pid 4711)"};
}

std::string temporary(const std::string& path) { return path + ".tmp"; }

}  // namespace

// ---- A file

void File::cut_to(size_t bytes) {
  if (content.size() > synced) cut_off = content.substr(synced);
  content.resize(bytes);
}

void File::write_last_byte_again() {
  if (!content.empty() && unwritten == content.size()) unwritten = std::max(synced, unwritten - 1);
}

void File::sync() {
  if (unwritten > synced) doubtful.push_back({synced, unwritten});
  synced = unwritten = content.size();
  cut_off.clear();
  survives = true;
}

std::string File::certain() const {
  std::string left = content.substr(0, synced);
  for (const auto& [begin, end] : doubtful) std::fill_n(&left[begin], end - begin, '\0');
  return left;
}

void File::crash(SimRandom& random) {
  for (const auto& [begin, end] : std::exchange(doubtful, {})) {
    const size_t kept = random.up_to(end - begin);
    std::fill_n(&content[begin + kept], end - begin - kept, '\0');
  }
  if (!cut_off.empty() && random.up_to(1) == 0) content.replace(synced, std::string::npos, cut_off);
  content.resize(synced + random.up_to(content.size() - synced));
  synced = unwritten = content.size();
  cut_off.clear();
}

// ---- The disk

bool Disk::chance(double share) {
  constexpr double kDraws = 1 << 30;
  return share > 0 && static_cast<double>(random.up_to((1 << 30) - 1)) < share * kDraws;
}

void Disk::die() {
  died = true;
  throw Died();
}

Status Disk::write(const std::string& path, size_t bytes, size_t& written) {
  written = bytes;
  Status status;
  if (bytes > 0 && chance(faults.write)) {
    written = random.up_to(bytes - 1);
    status = failed("writing", path);
  }
  if (free_bytes && written > *free_bytes) {
    written = *free_bytes;
    status = failed("writing", path, "No space left on device");
  }
  return status;
}

AppendFile::Appended Disk::append(const std::string& path, File& file, std::string_view lines) {
  const bool dies = dies_now();
  const size_t before = file.content.size();
  size_t written = 0;
  const Status status = write(path, lines.size(), written);
  if (dies) written = random.up_to(written);
  lines = lines.substr(0, written);
  file.content += lines;
  if (dies) die();
  const size_t whole = status ? written : lines.rfind('\n') + 1;
  const bool untruncated = !status && chance(faults.untruncated);
  if (!status && !untruncated) file.cut_to(before + whole);
  if (free_bytes) *free_bytes -= file.content.size() - before;
  if (!untruncated) return {whole, status};
  return {whole, status.with_message(status.message() + "; and truncating the incomplete line failed")};
}

Status Disk::sync(const std::string& path, File& file, size_t good) {
  const bool dies = dies_now();
  if (chance(faults.sync)) {
    file.cut_to(good);
    file.unwritten = good;
    if (dies) die();
    return failed("syncing", path);
  }
  if (!dies || random.up_to(1) == 0) file.sync();
  if (dies) die();
  ++syncs;
  return {};
}

Status Disk::sync_folder(const std::string& path, bool fails) {
  if (fails) return failed("syncing the folder of", path);
  former_names.clear();
  return {};
}

// ---- Files

void SimFiles::set_faults(const FileFaults& faults, uint64_t seed) {
  disk_->faults = faults;
  disk_->random = SimRandom(seed);
}

Result<std::string> SimFiles::read(const std::string& path, size_t max_bytes) {
  if (disk_->died) return gone(path);
  if (disk_->chance(disk_->faults.read)) return failed("reading", path);
  const auto file = disk_->names.find(path);
  if (file == disk_->names.end())
    return Status(Code::not_found, "PS0000", "reading " + path + ": No such file or directory");
  if (file->second->content.size() > max_bytes)
    return Status(Code::too_large, "PS0000",
                  "reading " + path + ": larger than " + std::to_string(max_bytes) + " bytes");
  return file->second->content;
}

Status SimFiles::replace(const std::string& path, std::string_view bytes) {
  Disk& disk = *disk_;
  if (disk.died) return gone(path);
  const uint64_t dies_at = disk.dies_now() ? 1 + disk.random.up_to(3) : 0;
  // The replacement is a new file under the temporary name.
  const auto file = std::make_shared<File>();
  disk.names[temporary(path)] = file;
  size_t written = 0;
  Status status = disk.write(path, bytes.size(), written);
  if (dies_at == 1) written = disk.random.up_to(written);
  file->content = bytes.substr(0, written);
  if (dies_at == 1) disk.die();
  if (status && disk.chance(disk.faults.sync)) status = failed("syncing", path);
  if (status) file->sync();
  if (dies_at == 2) disk.die();
  if (status && disk.chance(disk.faults.rename)) status = failed("renaming", temporary(path));
  if (!status) {
    disk.names.erase(temporary(path));
    return status;
  }
  if (disk.free_bytes) *disk.free_bytes -= written;
  const bool folder_fails = disk.chance(disk.faults.folder_sync);
  if (folder_fails || dies_at > 0) disk.former_names.push_back(disk.names);
  disk.names.erase(temporary(path));
  if (folder_fails || dies_at > 0) disk.former_names.push_back(disk.names);
  disk.names[path] = file;
  if (dies_at == 3) disk.die();
  if (Status synced = disk.sync_folder(path, folder_fails); !synced) return synced;
  ++disk.syncs;
  if (dies_at == 4) disk.die();
  return {};
}

Result<std::unique_ptr<AppendFile>> SimFiles::append_to(const std::string& path) {
  if (disk_->died) return gone(path);
  if (disk_->chance(disk_->faults.open)) return failed("opening", path);
  const bool folder_fails = disk_->chance(disk_->faults.folder_sync);
  if (folder_fails) disk_->former_names.push_back(disk_->names);
  std::shared_ptr<File>& file = disk_->names[path];
  if (file == nullptr) file = std::make_shared<File>();
  if (file->locked) return locked_by_another(path);
  if (Status synced = disk_->sync_folder(path, folder_fails); !synced) return synced;
  return std::unique_ptr<AppendFile>(std::make_unique<SimAppendFile>(disk_, file, path));
}

Result<std::unique_ptr<FileLock>> SimFiles::lock(const std::string& path) {
  if (disk_->died) return gone(path);
  if (disk_->chance(disk_->faults.open)) return failed("opening", path);
  std::shared_ptr<File>& file = disk_->names[path];
  if (file == nullptr) file = std::make_shared<File>();
  if (file->locked) return locked_by_another(path);
  return std::unique_ptr<FileLock>(std::make_unique<SimLock>(disk_, file, path));
}

Status SimFiles::rename(const std::string& path, const std::string& to) {
  Disk& disk = *disk_;
  if (disk.died) return gone(path);
  if (disk.chance(disk.faults.rename)) return failed("renaming", path, "Permission denied");
  if (disk.names.contains(to)) return {Code::config, "PS0000", to + " is there already"};
  if (!disk.names.contains(path)) return failed("renaming", path, "No such file or directory");
  const uint64_t dies_at = disk.dies_now() ? 1 + disk.random.up_to(1) : 0;
  if (dies_at == 1) disk.die();
  const bool folder_fails = disk.chance(disk.faults.folder_sync);
  if (folder_fails || dies_at == 2) disk.former_names.push_back(disk.names);
  auto named = disk.names.extract(path);
  named.key() = to;
  disk.names.insert(std::move(named));
  if (dies_at == 2) disk.die();
  return disk.sync_folder(to, folder_fails);
}

Result<uint64_t> SimFiles::bytes_of_family(const std::string& path) {
  if (disk_->died) return gone(path);
  if (disk_->chance(disk_->faults.read)) return failed("listing the files next to", path);
  uint64_t bytes = 0;
  for (const auto& [name, file] : disk_->names)
    if (name == path || name.starts_with(path + ".")) bytes += file->content.size();
  return bytes;
}

// ---- Crashes and kills

void SimFiles::crash(SimRandom& random) {
  const size_t former = disk_->former_names.size();
  const size_t left = former == 0 ? 0 : random.up_to(former);
  if (left < former) disk_->names = std::move(disk_->former_names[left]);
  disk_->former_names.clear();
  std::erase_if(disk_->names, [](const auto& named) { return !named.second->survives; });
  for (const auto& [path, file] : disk_->names) file->crash(random);
  kill();
}

void SimFiles::kill() {
  for (const auto& [path, file] : disk_->names) file->locked = false;
  for (const Names& names : disk_->former_names)
    for (const auto& [path, file] : names) file->locked = false;
  ++disk_->life;
  disk_->died = false;
  disk_->operations_to_death = 0;
}

std::optional<std::string> SimFiles::content(const std::string& path) const {
  const auto file = disk_->names.find(path);
  if (file == disk_->names.end()) return std::nullopt;
  return file->second->content;
}

std::optional<std::string> SimFiles::durable(const std::string& path) const {
  const auto found = disk_->names.find(path);
  if (found == disk_->names.end() || !found->second->survives) return std::nullopt;
  const auto has_it = [&](const Names& names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const auto& named) { return named.second == found->second; });
  };
  if (!std::all_of(disk_->former_names.begin(), disk_->former_names.end(), has_it)) return std::nullopt;
  return found->second->certain();
}

std::vector<std::string> SimFiles::paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, file] : disk_->names) paths.push_back(path);
  return paths;
}

void SimFiles::put(const std::string& path, std::string content) {
  auto file = std::make_shared<File>();
  file->content = std::move(content);
  file->sync();
  disk_->names[path] = std::move(file);
}

void SimFiles::remove(const std::string& path) { disk_->names.erase(path); }

}  // namespace penstock::sim
