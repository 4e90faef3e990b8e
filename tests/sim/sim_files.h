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

// The probability of each fault, from 0 to 1 of the operations that can have it.
struct FileFaults {
  double open = 0;         // append_to(), lock(): an error
  double read = 0;         // read(), state(), bytes_of_family(): an error
  double write = 0;        // append(), replace(): an error in the middle of the bytes
  double sync = 0;         // sync(), replace(): an error
  double untruncated = 0;  // append() that failed, also on a full disk: the incomplete line could not be truncated
  double rename = 0;       // rename(), replace(): an error, and no file is renamed
  double folder_sync = 0;  // append_to(), rename(), replace(): an error, but it is done, and a crash may undo it
};

// Thrown in the middle of an operation when the process dies. Destroy what ran on the disk, then call kill() or
// crash().
struct Died {};

class SimFiles : public Files {
 public:
  Result<std::string> read(const std::string& path, size_t max_bytes) override;
  Status replace(const std::string& path, std::string_view bytes) override;
  Result<std::unique_ptr<AppendFile>> append_to(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  Status rename(const std::string& path, const std::string& to) override;
  Result<uint64_t> bytes_of_family(const std::string& path) override;

  // From now on; `seed` restarts the random sequence.
  void set_faults(const FileFaults& faults, uint64_t seed);
  // Sets the bytes that can still be written; nullopt: no limit.
  void set_free_bytes(std::optional<size_t> bytes) { disk_->free_bytes = bytes; }
  // Every sync fails, also the one inside replace(), which then replaces nothing.
  void fail_syncs(bool fail) { disk_->faults.sync = fail ? 1 : 0; }
  // No file can be renamed.
  void fail_renames(bool fail) { disk_->faults.rename = fail ? 1 : 0; }
  // The process dies in the middle of the operation with that number from now, counted from 1: Died is thrown.
  // Counts append(), sync(), replace() and rename(). A random part of the operation is done. 0: cancels it.
  void die_in(uint64_t operations) { disk_->operations_to_death = operations; }
  // Cuts the power. Of the bytes that were appended but not synced, a random prefix survives. Bytes that a failed
  // sync left in doubt survive or become zero bytes. All locks are released; open files become invalid.
  void crash(SimRandom& random);
  // The process dies and the system keeps running: nothing is lost, locks are released, open files become invalid.
  void kill();

  // Returns the content that a process sees now, or nullopt if the file does not exist.
  std::optional<std::string> content(const std::string& path) const;
  // Returns what is certain to survive a crash now of the file that has that path, perhaps under another name, or
  // nullopt if it may be gone. Bytes in doubt before certain ones are shown as zero bytes.
  std::optional<std::string> durable(const std::string& path) const;
  std::vector<std::string> paths() const;  // of all files, sorted
  void put(const std::string& path, std::string content);
  void remove(const std::string& path);            // an open file keeps its content
  uint64_t syncs() const { return disk_->syncs; }  // that succeeded

  struct Range {
    size_t begin, end;
  };
  struct File {
    std::string content;
    bool survives = false;        // a crash, at all
    size_t synced = 0;            // of what follows, a crash leaves a prefix
    size_t unwritten = 0;         // a sync has failed, so no later sync will write the bytes from `synced` to here
    std::vector<Range> doubtful;  // before `synced`, never written
    std::string cut_off;          // what followed `synced` once and is not in `content`, but may be on the disk
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
    std::vector<Names> former_names;  // a crash leaves one of these, or `names`
    uint64_t life = 0;                // counts crashes and kills; a handle from an earlier life is invalid
    bool died = false;                // in this life
    std::optional<size_t> free_bytes;
    FileFaults faults;
    SimRandom random{0};
    uint64_t operations_to_death = 0;
    uint64_t syncs = 0;

    bool chance(double share);
    bool dies_now() { return operations_to_death > 0 && --operations_to_death == 0; }
    [[noreturn]] void die();
    // Sets how many of the bytes get written; an error if not all of them.
    Status write(const std::string& path, size_t bytes, size_t& written);
    AppendFile::Appended append(const std::string& path, File& file, std::string_view lines);
    // good: the size of the file after its last successful sync, or when it was opened.
    Status sync(const std::string& path, File& file, size_t good);
    // Ends an operation that changed the names, which were added to former_names before.
    Status sync_folder(const std::string& path, bool fails);
  };

 private:
  std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
};

}  // namespace penstock::sim
