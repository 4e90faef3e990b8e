// Files in memory, with a disk that can be full, fail to sync, and lose what was not synced.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/env.h"
#include "tests/sim/sim_clock.h"

namespace penstock::sim {

class SimFiles : public Files {
 public:
  Result<std::string> read(const std::string& path, size_t max_bytes) override;
  Status replace(const std::string& path, std::string_view bytes) override;
  Result<std::unique_ptr<AppendFile>> append_to(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  Status rename(const std::string& path, const std::string& to) override;
  Result<uint64_t> bytes_of_family(const std::string& path) override;

  // Bytes that can still be written; nothing: no limit.
  void set_free_bytes(std::optional<size_t> bytes) { disk_->free_bytes = bytes; }
  // Every sync fails, also the one inside replace(), which then replaces nothing.
  void fail_syncs(bool fail) { disk_->fail_syncs = fail; }
  // No file can be renamed.
  void fail_renames(bool fail) { disk_->fail_renames = fail; }
  // The power is cut: of what was appended and not synced a beginning survives, drawn from random. All locks
  // are given up; files opened before are dead.
  void crash(SimRandom& random);
  // The process dies and the system goes on: nothing is lost, locks are given up, open files are dead.
  void kill();

  // What a process that looks now finds; nothing where there is no such file.
  std::optional<std::string> content(const std::string& path) const;
  std::vector<std::string> paths() const;  // of all files, sorted
  void put(const std::string& path, std::string content);
  void remove(const std::string& path);            // who has it open keeps it
  uint64_t syncs() const { return disk_->syncs; }  // that did not fail

  struct File {
    std::string content;
    std::optional<size_t> synced;  // bytes that survive a crash; nothing: not even the file does
    bool locked = false;
  };
  struct Disk {
    std::map<std::string, std::shared_ptr<File>> files;
    uint64_t life = 0;  // counts crashes and kills; a handle of an earlier life is dead
    std::optional<size_t> free_bytes;
    bool fail_syncs = false;
    bool fail_renames = false;
    uint64_t syncs = 0;

    Status write_room(const std::string& path, size_t bytes);
    Status sync(const std::string& path, File& file);
    std::shared_ptr<File> at(const std::string& path);  // made where there is none
  };

 private:
  std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
};

}  // namespace penstock::sim
