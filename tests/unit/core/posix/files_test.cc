// The system's files, on a real file system.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "core/posix/posix_env.h"
#include "tests/unit/core/posix/temp_folder.h"

namespace penstock::posix {
namespace {

constexpr size_t kEnough = 1 << 20;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

mode_t mode_of(const std::string& path) {
  struct stat about = {};
  return stat(path.c_str(), &about) == 0 ? about.st_mode & 07777 : 0;
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// Returns whether what() holds in a child process, which can have limits that this one cannot.
bool holds_in_child(const std::function<bool()>& what) {
  const pid_t child = fork();
  if (child == 0) _exit(what() ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// From now on, this process cannot make any file larger; further writes give EFBIG.
void limit_files_to(rlim_t bytes) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limit = {bytes, bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
}

// A process that does something and then stays until the end.
class OtherProcess {
 public:
  explicit OtherProcess(const std::function<bool()>& what) {
    int ready[2];
    if (pipe(ready) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      const char done = what() ? 'y' : 'n';
      if (write(ready[1], &done, 1) != 1) _exit(1);
      for (;;) pause();
    }
    char done = 0;
    done_ = read(ready[0], &done, 1) == 1 && done == 'y';
    close(ready[0]);
    close(ready[1]);
  }
  ~OtherProcess() { end(); }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  bool done() const { return done_; }
  std::string pid() const { return std::to_string(pid_); }
  void end() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  bool done_ = false;
};

class files : public testing::Test {
 protected:
  void expect_rejected(const Status& status, Code code, const std::string& part) {
    EXPECT_EQ(status.code(), code) << status.message();
    EXPECT_TRUE(has(status.message(), part)) << status.message();
  }

  TempFolder folder_;
  const std::string path_ = folder_ / "file";
  const std::unique_ptr<Files> files_ = make_system_files();
};

TEST_F(files, read_returns_all_bytes) {
  std::string text(200000, 'x');
  text[100] = '\0';
  write_file(path_, text);
  EXPECT_EQ(*files_->read(path_, kEnough), text);
  write_file(path_, "");
  EXPECT_EQ(*files_->read(path_, 0), "");
}

TEST_F(files, read_accepts_a_file_up_to_the_limit) {
  for (const size_t size : {1UL, 1000UL, 65535UL, 65536UL, 65537UL}) {
    const std::string text(size, 'x');
    write_file(path_, text);
    EXPECT_EQ(*files_->read(path_, size), text);
    EXPECT_EQ(*files_->read(path_, SIZE_MAX), text);
    expect_rejected(files_->read(path_, size - 1).status(), Code::too_large, std::to_string(size - 1) + " bytes");
  }
}

TEST_F(files, read_reports_what_is_wrong) {
  expect_rejected(files_->read(path_, kEnough).status(), Code::not_found, path_);
  expect_rejected(files_->read(folder_.path(), kEnough).status(), Code::config, "not a regular file");
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  expect_rejected(files_->read(path_, kEnough).status(), Code::config, "not a regular file");
  expect_rejected(files_->read(path_ + "/below", kEnough).status(), Code::io, "below");
}

TEST_F(files, replace_creates_and_replaces_with_mode_0600) {
  umask(0);
  ASSERT_TRUE(files_->replace(path_, "one").ok());
  EXPECT_EQ(read_file(path_), "one");
  EXPECT_EQ(mode_of(path_), 0600U);
  chmod(path_.c_str(), 0644);
  ASSERT_TRUE(files_->replace(path_, "a longer two").ok());
  ASSERT_TRUE(files_->replace(path_, "3").ok());
  EXPECT_EQ(read_file(path_), "3");
  EXPECT_EQ(mode_of(path_), 0600U);
  EXPECT_FALSE(exists(path_ + ".tmp"));
}

TEST_F(files, replace_removes_what_a_crash_left) {
  write_file(path_ + ".tmp", "half of something much longer");
  chmod(std::string(path_ + ".tmp").c_str(), 0644);
  ASSERT_TRUE(files_->replace(path_, "new").ok());
  EXPECT_EQ(read_file(path_), "new");
  EXPECT_EQ(mode_of(path_), 0600U);
}

TEST_F(files, a_failed_replace_keeps_the_old_content_and_no_temporary_file) {
  ASSERT_TRUE(files_->replace(path_, "old").ok());
  EXPECT_TRUE(holds_in_child([&] {
    limit_files_to(1000);
    const Status status = files_->replace(path_, std::string(1001, 'x'));
    return status.code() == Code::io && has(status.message(), path_);
  }));
  EXPECT_EQ(read_file(path_), "old");
  EXPECT_FALSE(exists(path_ + ".tmp"));
  EXPECT_TRUE(holds_in_child([&] {
    limit_files_to(1000);
    return files_->replace(path_, std::string(1000, 'x')).ok();
  }));
  EXPECT_EQ(read_file(path_).size(), 1000U);
}

TEST_F(files, replace_names_a_missing_folder) {
  const std::string path = folder_ / "none/file";
  expect_rejected(files_->replace(path, "x"), Code::io, path);
  const std::string folder = folder_ / "taken";
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  expect_rejected(files_->replace(folder, "x"), Code::io, folder);
  EXPECT_FALSE(exists(folder + ".tmp"));
}

TEST_F(files, replace_never_writes_through_a_link) {
  const std::string victim = folder_ / "victim";
  write_file(victim, "precious");
  ASSERT_EQ(symlink(victim.c_str(), std::string(path_ + ".tmp").c_str()), 0);
  expect_rejected(files_->replace(path_, "x"), Code::config, "symbolic link");
  ASSERT_EQ(unlink(std::string(path_ + ".tmp").c_str()), 0);
  ASSERT_EQ(link(victim.c_str(), std::string(path_ + ".tmp").c_str()), 0);
  expect_rejected(files_->replace(path_, "x"), Code::config, "hard links");
  EXPECT_EQ(read_file(victim), "precious");
}

TEST_F(files, replace_rejects_a_temporary_file_of_another_user) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  write_file(path_ + ".tmp", "");
  ASSERT_EQ(chown(std::string(path_ + ".tmp").c_str(), 12345, 12345), 0);
  expect_rejected(files_->replace(path_, "x"), Code::config, "belongs to user 12345");
}

TEST_F(files, replace_in_two_processes_never_mixes_their_bytes) {
  const std::vector<std::string> contents = {std::string(100000, 'a'), std::string(70000, 'b')};
  ASSERT_TRUE(files_->replace(path_, contents[0]).ok());
  const auto replace_often = [&](const std::string& content) {
    for (int i = 0; i < 50; ++i)
      if (const Status status = files_->replace(path_, content); !status.ok() && status.code() != Code::config)
        return false;
    return true;
  };
  const pid_t child = fork();
  if (child == 0) _exit(replace_often(contents[1]) ? 0 : 1);
  for (int i = 0; i < 50; ++i) {
    const Status status = files_->replace(path_, contents[0]);
    EXPECT_TRUE(status.ok() || status.code() == Code::config) << status.message();
    const std::string now = read_file(path_);
    EXPECT_TRUE(now == contents[0] || now == contents[1]) << now.size();
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(files, append_keeps_existing_content) {
  write_file(path_, "old\n");
  chmod(path_.c_str(), 0600);
  {
    Result<std::unique_ptr<AppendFile>> file = files_->append_to(path_);
    ASSERT_TRUE(file.ok());
    EXPECT_TRUE((*file)->append("one\n").status.ok());
    EXPECT_TRUE((*file)->append("").status.ok());
    EXPECT_TRUE((*file)->append("two\n").status.ok());
    EXPECT_TRUE((*file)->sync().ok());
  }
  EXPECT_EQ(read_file(path_), "old\none\ntwo\n");
  ASSERT_TRUE((*files_->append_to(path_))->append("3").status.ok());
  EXPECT_EQ(read_file(path_), "old\none\ntwo\n3");
}

TEST_F(files, append_and_lock_create_files_with_mode_0600_and_reject_wider_modes) {
  umask(0);
  ASSERT_TRUE(files_->append_to(path_).ok());
  EXPECT_EQ(mode_of(path_), 0600U);
  for (const mode_t mode : {0640U, 0604U, 0620U, 0700U, 04600U}) {
    chmod(path_.c_str(), mode);
    expect_rejected(files_->append_to(path_).status(), Code::config, "chmod 0600");
    expect_rejected(files_->lock(path_).status(), Code::config, path_);
    EXPECT_EQ(mode_of(path_), mode);
  }
  chmod(path_.c_str(), 0600);
  EXPECT_TRUE(files_->append_to(path_).ok());
}

TEST_F(files, append_and_lock_reject_a_file_with_hard_links) {
  const std::string victim = folder_ / "victim";
  write_file(victim, "precious");
  chmod(victim.c_str(), 0600);
  ASSERT_EQ(link(victim.c_str(), path_.c_str()), 0);
  expect_rejected(files_->append_to(path_).status(), Code::config, "hard links");
  expect_rejected(files_->lock(path_).status(), Code::config, "hard links");
  ASSERT_EQ(unlink(victim.c_str()), 0);
  EXPECT_TRUE(files_->append_to(path_).ok());
}

TEST_F(files, append_lock_and_replace_reject_a_file_of_another_user) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  write_file(path_, "theirs");
  chmod(path_.c_str(), 0600);
  ASSERT_EQ(chown(path_.c_str(), 12345, 12345), 0);
  expect_rejected(files_->append_to(path_).status(), Code::config, "belongs to user 12345");
  expect_rejected(files_->lock(path_).status(), Code::config, "belongs to user 12345");
  expect_rejected(files_->replace(path_, "ours"), Code::config, "belongs to user 12345");
  EXPECT_EQ(read_file(path_), "theirs");
}

TEST_F(files, replace_rejects_a_symbolic_link) {
  const std::string target = folder_ / "target";
  write_file(target, "old");
  ASSERT_EQ(symlink(target.c_str(), path_.c_str()), 0);
  expect_rejected(files_->replace(path_, "new"), Code::config, "symbolic link");
  EXPECT_EQ(read_file(target), "old");
}

TEST_F(files, a_lock_file_that_was_removed_or_replaced_is_detected) {
  const std::unique_ptr<FileLock> lock = std::move(*files_->lock(path_));
  EXPECT_TRUE(lock->check().ok());
  ASSERT_EQ(unlink(path_.c_str()), 0);
  expect_rejected(lock->check(), Code::io, path_);
  const std::unique_ptr<FileLock> other = std::move(*files_->lock(path_));
  expect_rejected(lock->check(), Code::io, "removed or replaced");
  EXPECT_TRUE(other->check().ok());
}

// The default action of SIGXFSZ ends the process, and a library must not change that action.
TEST_F(files, a_file_size_limit_is_an_error_like_a_full_disk_with_default_sigxfsz) {
  for (const bool blocked : {false, true}) {
    EXPECT_TRUE(holds_in_child([&] {
      signal(SIGXFSZ, SIG_DFL);
      sigset_t xfsz;
      sigemptyset(&xfsz);
      sigaddset(&xfsz, SIGXFSZ);
      if (blocked) sigprocmask(SIG_BLOCK, &xfsz, nullptr);
      const rlimit limit = {10, 10};
      setrlimit(RLIMIT_FSIZE, &limit);
      Result<std::unique_ptr<AppendFile>> file = files_->append_to(path_);
      if (!file.ok() || !(*file)->append("1234567\n").status.ok()) return false;
      const Status status = (*file)->append("a line\n").status;
      const Status replaced = files_->replace(folder_ / "checkpoint", "more than ten bytes");
      sigset_t pending, now;
      sigpending(&pending);
      sigprocmask(SIG_BLOCK, nullptr, &now);
      return status.code() == Code::io && has(status.message(), "File too large") &&
             has(replaced.message(), "File too large") && read_file(path_) == "1234567\n" &&
             sigismember(&pending, SIGXFSZ) == 0 && sigismember(&now, SIGXFSZ) == (blocked ? 1 : 0) &&
             signal(SIGXFSZ, SIG_IGN) == SIG_DFL;
    }));
    unlink(path_.c_str());
  }
}

TEST_F(files, an_append_that_does_not_fit_leaves_nothing_and_the_next_one_works) {
  EXPECT_TRUE(holds_in_child([&] {
    limit_files_to(10);
    Result<std::unique_ptr<AppendFile>> file = files_->append_to(path_);
    if (!file.ok() || !(*file)->append("12345678").status.ok()) return false;
    const Status status = (*file)->append("abc").status;
    return status.code() == Code::io && has(status.message(), path_) && read_file(path_) == "12345678" &&
           (*file)->append("ab").status.ok();
  }));
  EXPECT_EQ(read_file(path_), "12345678ab");
}

TEST_F(files, append_and_lock_reject_links_folders_fifos_and_devices) {
  const std::string target = folder_ / "target";
  ASSERT_EQ(symlink(target.c_str(), path_.c_str()), 0);
  expect_rejected(files_->append_to(path_).status(), Code::config, "symbolic link");
  expect_rejected(files_->lock(path_).status(), Code::config, "symbolic link");
  EXPECT_FALSE(exists(target));
  const std::string fifo = folder_ / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  expect_rejected(files_->append_to(fifo).status(), Code::config, "not a regular file");
  expect_rejected(files_->append_to(folder_.path()).status(), Code::io, "cannot open ");
  expect_rejected(files_->append_to("/dev/full").status(), Code::config, "not a regular file");
  expect_rejected(files_->append_to(folder_ / "none/file").status(), Code::io, "none/file");
}

TEST_F(files, a_file_has_one_appender_and_another_process_gets_its_pid) {
  OtherProcess other([&] {
    static Result<std::unique_ptr<AppendFile>> file = files_->append_to(path_);
    return file.ok() && (*file)->append("x").status.ok();
  });
  ASSERT_TRUE(other.done());
  expect_rejected(files_->append_to(path_).status(), Code::config, "process " + other.pid());
  other.end();
  EXPECT_TRUE(files_->append_to(path_).ok());
}

TEST_F(files, the_state_of_a_file_has_its_size_and_whether_it_ends_within_a_line) {
  write_file(path_, "old\ncut sho");
  chmod(path_.c_str(), 0600);
  Result<std::unique_ptr<AppendFile>> file = files_->append_to(path_);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->state()->bytes, 11U);
  EXPECT_TRUE((*file)->state()->in_line);
  ASSERT_TRUE((*file)->append("rt\n").status.ok());
  EXPECT_EQ((*file)->state()->bytes, 14U);
  EXPECT_FALSE((*file)->state()->in_line);
  EXPECT_FALSE((*files_->append_to(folder_ / "empty"))->state()->in_line);
}

TEST_F(files, the_state_of_a_file_shows_when_its_path_leads_elsewhere) {
  const std::unique_ptr<AppendFile> file = std::move(*files_->append_to(path_));
  EXPECT_TRUE(file->state()->is_named);
  ASSERT_TRUE(files_->rename(path_, folder_ / "moved").ok());
  EXPECT_FALSE(file->state()->is_named);
  write_file(path_, "another");
  EXPECT_FALSE(file->state()->is_named);
  EXPECT_TRUE(file->append("x").status.ok());
  EXPECT_EQ(read_file(folder_ / "moved"), "x");
}

TEST_F(files, rename_replaces_nothing) {
  write_file(path_, "1");
  write_file(folder_ / "taken", "2");
  expect_rejected(files_->rename(path_, folder_ / "taken"), Code::config, "taken");
  EXPECT_EQ(read_file(path_) + read_file(folder_ / "taken"), "12");
  expect_rejected(files_->rename(folder_ / "none", folder_ / "other"), Code::io, "none");
  EXPECT_TRUE(files_->rename(path_, folder_ / "free").ok());
  EXPECT_EQ(read_file(folder_ / "free"), "1");
  EXPECT_FALSE(exists(path_));
}

TEST_F(files, a_file_family_is_the_files_with_the_name_and_a_dotted_suffix) {
  EXPECT_EQ(*files_->bytes_of_family(path_), 0U);
  write_file(path_, "1");
  write_file(path_ + ".20190825T135915.269Z", "22");
  write_file(path_ + ".lock", "");
  write_file(path_ + "name", "not of it");
  write_file(folder_ / "other", "nor this");
  ASSERT_EQ(mkdir(std::string(path_ + ".folder").c_str(), 0700), 0);
  EXPECT_EQ(*files_->bytes_of_family(path_), 3U);
  EXPECT_EQ(files_->bytes_of_family(folder_ / "none/file").status().code(), Code::io);
}

TEST_F(files, a_lock_is_held_by_one_process_and_another_gets_its_pid) {
  OtherProcess other([&] {
    static Result<std::unique_ptr<FileLock>> lock = files_->lock(path_);
    return lock.ok();
  });
  ASSERT_TRUE(other.done());
  expect_rejected(files_->lock(path_).status(), Code::config, "process " + other.pid());
  other.end();
  EXPECT_TRUE(files_->lock(path_).ok());
}

TEST_F(files, a_lock_also_excludes_within_one_process_and_ends_with_its_object) {
  {
    Result<std::unique_ptr<FileLock>> lock = files_->lock(path_);
    ASSERT_TRUE(lock.ok());
    expect_rejected(files_->lock(path_).status(), Code::config, "in use by");
  }
  EXPECT_TRUE(files_->lock(path_).ok());
  EXPECT_EQ(mode_of(path_), 0600U);
}

TEST_F(files, a_hostile_file_name_is_printed_escaped) {
  const std::string message = files_->read(folder_ / "a\x1b[2Jb\n", kEnough).status().message();
  EXPECT_FALSE(has(message, "\x1b"));
  EXPECT_FALSE(has(message, "\n"));
}

}  // namespace
}  // namespace penstock::posix
