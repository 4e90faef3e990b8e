// Files on a disk that fails: this program's own fdatasync() and similar functions replace the system's.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "core/posix/posix_env.h"
#include "tests/unit/core/posix/temp_folder.h"

namespace {

// The call with that number from now, counted from 1, and all following ones fail; 0: none.
struct Failing {
  int from = 0;

  bool now() {
    if (from > 1) return --from == 0;
    return from == 1;
  }
};

Failing data_syncs, syncs, cuts, renames;
int rewritten = 0;  // how often a position in a file was sought, to rewrite it

// Writes accept that many more bytes, the last write only in part, and then fail. error 0: no limit.
struct FullDisk {
  size_t room = 0;
  int error = 0;
} full;

int call_or_fail(Failing& failing, long number, auto... arguments) {
  if (!failing.now()) return static_cast<int>(syscall(number, arguments...));
  errno = EIO;
  return -1;
}

}  // namespace

extern "C" ssize_t write(int fd, const void* bytes, size_t count) {
  if (full.error == 0) return syscall(SYS_write, fd, bytes, count);
  if (full.room == 0) {
    errno = full.error;
    return -1;
  }
  const size_t taken = std::min(count, full.room);
  full.room -= taken;
  return syscall(SYS_write, fd, bytes, taken);
}
extern "C" off_t lseek(int fd, off_t offset, int from) noexcept {
  ++rewritten;
  return syscall(SYS_lseek, fd, offset, from);
}
extern "C" int fdatasync(int fd) { return call_or_fail(data_syncs, SYS_fdatasync, fd); }
extern "C" int fsync(int fd) { return call_or_fail(syncs, SYS_fsync, fd); }
extern "C" int ftruncate(int fd, off_t bytes) noexcept { return call_or_fail(cuts, SYS_ftruncate, fd, bytes); }
extern "C" int rename(const char* from, const char* to) noexcept {
  return call_or_fail(renames, SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

namespace penstock::posix {
namespace {

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

class failing_disk : public testing::Test {
 protected:
  void TearDown() override { mend(); }
  static void mend() {
    data_syncs = syncs = cuts = renames = {};
    rewritten = 0;
    full = {};
  }
  std::unique_ptr<AppendFile> open() {
    auto file = files_->append_to(path_);
    EXPECT_TRUE(file.ok()) << file.status().message();
    return std::move(*file);
  }
  static void expect_io(const Status& status, const std::string& part) {
    EXPECT_EQ(status.code(), Code::io);
    EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
    EXPECT_NE(status.message().find("Input/output error"), std::string::npos) << status.message();
  }

  TempFolder folder_;
  const std::string path_ = folder_ / "file";
  const std::unique_ptr<Files> files_ = make_system_files();
};

TEST_F(failing_disk, bytes_appended_since_the_last_sync_are_truncated_if_a_sync_fails) {
  const auto file = open();
  ASSERT_TRUE(file->append("good\n").status.ok());
  ASSERT_TRUE(file->sync().ok());
  ASSERT_TRUE(file->append("one\n").status.ok());
  ASSERT_TRUE(file->append("two\n").status.ok());
  data_syncs.from = 1;
  expect_io(file->sync(), "cannot sync " + path_);
  EXPECT_EQ(read_file(path_), "good\n");
  EXPECT_FALSE(file->state()->in_line) << "synced bytes are permanent";
  mend();
  ASSERT_TRUE(file->append("one\n").status.ok());
  EXPECT_TRUE(file->sync().ok());
  EXPECT_EQ(read_file(path_), "good\none\n");
}

TEST_F(failing_disk, a_failed_truncation_after_a_failed_sync_is_reported_and_the_end_rewritten) {
  const auto file = open();
  ASSERT_TRUE(file->append("one\n").status.ok());
  data_syncs.from = cuts.from = 1;
  const Status failed = file->sync();
  expect_io(failed, "cannot sync " + path_);
  expect_io(failed, "; and cannot truncate the lines that were appended");
  mend();
  ASSERT_TRUE(file->append("two\n").status.ok());
  EXPECT_EQ(rewritten, 1);
  ASSERT_TRUE(file->sync().ok());
  ASSERT_TRUE(file->append("three\n").status.ok());
  EXPECT_EQ(rewritten, 1) << "synced bytes are permanent";
  EXPECT_EQ(read_file(path_), "one\ntwo\nthree\n");
}

// If a sync of that process failed, no other process writes what it had appended. A power cut would leave zero
// bytes in its place, and whatever follows them on the same line would be lost with them.
TEST_F(failing_disk, the_end_that_an_earlier_process_wrote_is_rewritten_before_an_append) {
  write_file(path_, "by an earlier process\n");
  chmod(path_.c_str(), 0600);
  const auto file = open();
  EXPECT_EQ(rewritten, 0) << "nothing was appended yet";
  ASSERT_TRUE(file->append("one\n").status.ok());
  EXPECT_EQ(rewritten, 1);
  data_syncs.from = 1;
  expect_io(file->sync(), "cannot sync " + path_);
  EXPECT_EQ(read_file(path_), "by an earlier process\n");
  mend();
  ASSERT_TRUE(file->append("one\n").status.ok());
  EXPECT_EQ(rewritten, 1) << "the failed sync may have been the one that should write it";
  ASSERT_TRUE(file->sync().ok());
  ASSERT_TRUE(file->append("two\n").status.ok());
  EXPECT_EQ(rewritten, 1);
  EXPECT_EQ(read_file(path_), "by an earlier process\none\ntwo\n");
}

TEST_F(failing_disk, nothing_is_appended_after_an_end_that_cannot_be_rewritten) {
  write_file(path_, "by an earlier process\n");
  chmod(path_.c_str(), 0600);
  const auto file = open();
  full = {0, EIO};
  const auto [bytes, status] = file->append("one\n");
  EXPECT_EQ(bytes, 0U);
  expect_io(status, "cannot append to " + path_);
  mend();
  ASSERT_TRUE(file->append("one\n").status.ok());
  EXPECT_EQ(read_file(path_), "by an earlier process\none\n");
}

TEST_F(failing_disk, a_file_that_was_emptied_does_not_grow_by_a_failed_sync) {
  const auto file = open();
  ASSERT_TRUE(file->append("good\n").status.ok());
  ASSERT_TRUE(file->sync().ok());
  write_file(path_, "");
  data_syncs.from = 1;
  expect_io(file->sync(), "cannot sync");
  EXPECT_EQ(read_file(path_), "");
}

TEST_F(failing_disk, replace_keeps_the_old_content_if_sync_or_rename_fails) {
  ASSERT_TRUE(files_->replace(path_, "old").ok());
  for (Failing* failing : {&syncs, &renames}) {
    failing->from = 1;
    expect_io(files_->replace(path_, "new"), path_);
    EXPECT_EQ(read_file(path_), "old");
    EXPECT_FALSE(exists(path_ + ".tmp"));
    mend();
  }
}

TEST_F(failing_disk, replace_has_all_new_content_if_the_folder_sync_fails) {
  ASSERT_TRUE(files_->replace(path_, "old").ok());
  syncs.from = 2;
  expect_io(files_->replace(path_, "new"), "cannot sync the folder");
  EXPECT_EQ(read_file(path_), "new");
  EXPECT_FALSE(exists(path_ + ".tmp"));
}

TEST_F(failing_disk, append_and_rename_report_a_failed_folder_sync) {
  syncs.from = 1;
  expect_io(files_->append_to(path_).status(), "cannot sync the folder");
  mend();
  { ASSERT_TRUE(open()->append("x").status.ok()) << "the lock is free"; }
  syncs.from = 1;
  expect_io(files_->rename(path_, folder_ / "other"), "cannot sync the folder");
  EXPECT_EQ(read_file(folder_ / "other"), "x");
}

TEST_F(failing_disk, an_append_that_does_not_fit_keeps_the_complete_lines_that_do) {
  const std::string lines = "one\ntwo\n\nthree\n";
  for (const int error : {ENOSPC, EDQUOT, EFBIG, EIO})
    for (size_t room = 0; room < lines.size(); ++room)
      for (const bool can_cut : {true, false}) {
        SCOPED_TRACE(testing::Message() << error << ", " << room << " bytes, " << can_cut);
        const auto file = open();
        ASSERT_TRUE(file->append("good\n").status.ok());
        const std::string taken = lines.substr(0, room);
        const std::string whole = taken.substr(0, taken.rfind('\n') + 1);
        full = {room, error};
        cuts.from = can_cut ? 0 : 1;
        const auto [bytes, status] = file->append(lines);
        mend();
        EXPECT_EQ(bytes, whole.size());
        EXPECT_EQ(status.code(), Code::io);
        EXPECT_NE(status.message().find(strerror(error)), std::string::npos) << status.message();
        EXPECT_EQ(status.message().find("cannot truncate") == std::string::npos, can_cut || taken == whole)
            << status.message();
        EXPECT_EQ(read_file(path_), "good\n" + (can_cut ? whole : taken));
        EXPECT_EQ(file->state()->in_line, !can_cut && taken != whole);
        ASSERT_TRUE(file->append("more\n").status.ok());
        EXPECT_EQ(read_file(path_), "good\n" + (can_cut ? whole : taken) + "more\n");
        ASSERT_EQ(unlink(path_.c_str()), 0);
      }
}

TEST_F(failing_disk, a_file_beyond_the_size_limit_is_an_error_without_a_signal) {
  write_file(path_, "larger than the limit\n");
  chmod(path_.c_str(), 0600);
  const pid_t child = fork();
  if (child == 0) {
    const rlimit limit = {5, 5};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto file = open();
    const auto [bytes, status] = file->append("one\n");
    const bool reported = status.code() == Code::io && status.message().find(strerror(EFBIG)) != std::string::npos;
    _exit(reported && bytes == 0 && read_file(path_) == "larger than the limit\n" ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(failing_disk, an_append_that_cannot_be_truncated_is_reported_and_ends_with_a_newline) {
  // Causes what a full disk does to a long write, without filling a disk: no file may be larger.
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {5, 5};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto file = open();
    cuts.from = 1;
    const Status status = file->append("123456789\n").status;
    const bool reported =
        status.code() == Code::io && status.message().find("cannot truncate") != std::string::npos;
    _exit(reported && read_file(path_) == "12345" && file->state()->in_line ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

// Mounts a file system of that size, in namespaces of this process, in which any user is root.
bool mount_small(const std::string& folder, const char* size) {
  const std::string user = "0 " + std::to_string(geteuid()) + " 1";
  const std::string group = "0 " + std::to_string(getegid()) + " 1";
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  write_file("/proc/self/uid_map", user);
  write_file("/proc/self/setgroups", "deny");  // required before a map of groups is accepted
  write_file("/proc/self/gid_map", group);
  return mount("none", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, size) == 0;
}

TEST_F(failing_disk, a_full_disk_accepts_complete_lines_and_keeps_existing_content) {
  constexpr int kCannotMount = 2;
  const pid_t child = fork();
  if (child == 0) {
    if (!mount_small(folder_.path(), "size=64k,mode=700")) _exit(kCannotMount);
    const auto no_room = [](const Status& status) {
      return status.code() == Code::io && status.message().find("No space left on device") != std::string::npos;
    };
    const std::string much(70'000, 'x');
    const std::string some(30'000, 'y');
    const std::string line = std::string(999, 'z') + "\n";
    std::string lines;
    for (int i = 0; i < 70; ++i) lines += line;
    const std::string checkpoint = folder_ / "checkpoint";
    bool good = files_->replace(checkpoint, "old").ok();
    const auto file = open();
    good = good && file->append(some).status.ok() && file->sync().ok();
    good = good && no_room(file->append(much).status) && read_file(path_) == some;
    good = good && no_room(files_->replace(checkpoint, much)) && read_file(checkpoint) == "old";
    good = good && !exists(checkpoint + ".tmp");
    good = good && file->append("\n").status.ok() && files_->replace(checkpoint, "new").ok();
    good = good && read_file(path_) == some + "\n" && read_file(checkpoint) == "new";
    const auto [bytes, status] = file->append(lines);
    // 64 KiB minus a page for the checkpoint, and up to a page less if the size is not a multiple of pages.
    good = good && no_room(status) && bytes % line.size() == 0 && bytes > 20'000 && bytes < 35'000;
    good = good && file->sync().ok() && !file->state()->in_line;
    _exit(good && read_file(path_) == some + "\n" + lines.substr(0, bytes) ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kCannotMount)
    GTEST_SKIP() << "a file system cannot be mounted here";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace penstock::posix
