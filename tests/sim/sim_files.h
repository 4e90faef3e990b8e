// Files in memory, on a disk that can be full, fail, and lose what was not synced.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/env.h"
#include "tests/sim/sim_clock.h"

namespace penstock::sim {

// How often each comes by chance, from 0 to 1 of the operations that it can befall.
struct FileFaults {
  double open = 0;   // append_to(), lock(): an error
  double read = 0;   // read(), state(), bytes_of_family(): an error
  double write = 0;  // append(), replace(): an error in the middle of the bytes
  double sync = 0;   // sync(), replace(): an error
  double left_behind =
      0;              // append() that failed, on a full disk too: the line that was begun could not be cut off
  double rename = 0;  // rename(), replace(): an error, and no file has another name
  double folder_sync = 0;  // append_to(), rename(), replace(): an error, it is done, and a crash may undo it
};

// Thrown amid an operation: the process is gone. Destroy what ran on the disk, then kill() or crash().
struct Died {};

class SimFiles : public Files {
 public:
  Result<std::string> read(const std::string& path, size_t max_bytes) override;
  Status replace(const std::string& path, std::string_view bytes) override;
  Result<std::unique_ptr<AppendFile>> append_to(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  Status rename(const std::string& path, const std::string& to) override;
  Result<uint64_t> bytes_of_family(const std::string& path) override;

  // From now on; seed begins the chance anew.
  void set_faults(const FileFaults& faults, uint64_t seed);
  // Bytes that can still be written; nothing: no limit.
  void set_free_bytes(std::optional<size_t> bytes) { disk_->free_bytes = bytes; }
  // Every sync fails, also the one inside replace(), which then replaces nothing.
  void fail_syncs(bool fail) { disk_->faults.sync = fail ? 1 : 0; }
  // No file can be renamed.
  void fail_renames(bool fail) { disk_->faults.rename = fail ? 1 : 0; }
  // Amid the operation of that number from now, from 1, the process dies: Died is thrown. Counted are append(),
  // sync(), replace() and rename(). Of what the operation does a beginning is done, by chance. 0: never mind.
  void die_in(uint64_t operations) { disk_->operations_to_death = operations; }
  // The power is cut: of what was appended and not synced a beginning survives, drawn from random; what a failed
  // sync left in doubt survives, or in its place are zero bytes. All locks are given up; files opened before are
  // dead.
  void crash(SimRandom& random);
  // The process dies and the system goes on: nothing is lost, locks are given up, open files are dead.
  void kill();

  // What a process that looks now finds; nothing where there is no such file.
  std::optional<std::string> content(const std::string& path) const;
  // What a crash now would certainly leave of the file that has that path, perhaps under another name; nothing
  // where it may be gone. Zero bytes stand for what is in doubt before something that is not.
  std::optional<std::string> durable(const std::string& path) const;
  std::vector<std::string> paths() const;  // of all files, sorted
  void put(const std::string& path, std::string content);
  void remove(const std::string& path);            // who has it open keeps it
  uint64_t syncs() const { return disk_->syncs; }  // that did not fail

  struct Range {
    size_t begin, end;
  };
  struct File {
    std::string content;
    bool survives = false;        // a crash; at all
    size_t synced = 0;            // behind it a crash leaves a beginning
    size_t unwritten = 0;         // what is between synced and here no sync will write any more: one has failed
    std::vector<Range> doubtful;  // before synced, never written
    std::string cut_off;          // what was behind synced once and is not in content, but may be on the disk
    bool locked = false;

    void cut_to(size_t bytes);
    void write_last_byte_again();
    void sync();
    std::string certain() const;
    void crash(SimRandom& random);
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;
  struct Disk {
    Names names;
    std::vector<Names> former_names;  // a crash leaves one of these, or names
    uint64_t life = 0;                // counts crashes and kills; a handle of an earlier life is dead
    bool died = false;                // in this life
    std::optional<size_t> free_bytes;
    FileFaults faults;
    SimRandom random{0};
    uint64_t operations_to_death = 0;
    uint64_t syncs = 0;

    bool chance(double share);
    bool dies_now() { return operations_to_death > 0 && --operations_to_death == 0; }
    [[noreturn]] void die();
    // How many of the bytes get written; an error where these are not all.
    Status write(const std::string& path, size_t bytes, size_t& written);
    AppendFile::Appended append(const std::string& path, File& file, std::string_view lines);
    // good: the size that it had after the last good sync, or when it was opened.
    Status sync(const std::string& path, File& file, size_t good);
    // What comes after the names were changed; before that they were put into former_names.
    Status sync_folder(const std::string& path, bool fails);
  };

 private:
  std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
};

}  // namespace penstock::sim
