// The check of a file before it is opened gives the same result as opening it.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/posix/posix_env.h"
#include "tests/unit/core/posix/temp_folder.h"

namespace penstock::posix {
namespace {

class writable : public testing::Test {
 protected:
  void put(const std::string& name, mode_t mode = 0600) const {
    write_file(folder_ / name, "text\n");
    ASSERT_EQ(chmod((folder_ / name).c_str(), mode), 0);
  }
  void put_of_other(const std::string& name) const {
    put(name);
    ASSERT_EQ(chown((folder_ / name).c_str(), 12345, 12345), 0);
  }
  void put_link(const std::string& name) const {
    put("target");
    std::filesystem::create_symlink("target", folder_ / name);
  }
  void put_hard_link(const std::string& name) const {
    put(name);
    std::filesystem::create_hard_link(folder_ / name, folder_ / "other");
  }
  void empty() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      std::filesystem::remove_all(entry.path());
  }
  // Checks that both are good or fail for the same reason, which contains `part`.
  static void expect_same(const Status& checked, const Status& done, const std::string& part) {
    EXPECT_EQ(checked.ok(), done.ok()) << checked.message() << " / " << done.message();
    EXPECT_EQ(checked.ok(), part.empty()) << checked.message();
    EXPECT_NE(checked.message().find(part), std::string::npos) << checked.message();
    EXPECT_NE(done.message().find(checked.message()), std::string::npos)
        << checked.message() << " / " << done.message();
  }

  TempFolder folder_;
  const std::string path_ = folder_ / "file";
  const std::unique_ptr<Files> files_ = make_system_files();
};

TEST_F(writable, append_and_lock_follow_the_rules_that_the_check_applies) {
  const auto expect = [&](const std::string& part, const std::function<void()>& prepare) {
    SCOPED_TRACE(part);
    prepare();
    const Status checked = check_writable(path_);
    expect_same(checked, files_->append_to(path_).status(), part);
    expect_same(checked, files_->lock(path_).status(), part);
    empty();
  };
  expect("", [] {});
  expect("", [&] { put("file"); });
  expect("", [&] {
    put("file");
    put("file.other", 0666);
  });
  expect("has mode 0640", [&] { put("file", 0640); });
  expect("has mode 0604", [&] { put("file", 0604); });
  expect("hard links", [&] { put_hard_link("file"); });
  expect("is a symbolic link", [&] { put_link("file"); });
  expect("is a symbolic link", [&] { std::filesystem::create_symlink("nowhere", path_); });
  if (geteuid() == 0) expect("belongs to user 12345", [&] { put_of_other("file"); });
}

TEST_F(writable, replace_follows_the_rules_that_the_check_applies) {
  const auto expect = [&](const std::string& part, const std::function<void()>& prepare) {
    SCOPED_TRACE(part);
    prepare();
    expect_same(check_replaceable(path_), files_->replace(path_, "new"), part);
    empty();
  };
  expect("", [] {});
  expect("", [&] {
    put("file", 0644);
    put("file.tmp", 0644);
  });
  expect("", [&] { put_hard_link("file"); });
  expect("is a symbolic link", [&] { put_link("file"); });
  expect("file.tmp has hard links", [&] { put_hard_link("file.tmp"); });
  expect("file.tmp is a symbolic link", [&] { put_link("file.tmp"); });
  if (geteuid() == 0) {
    expect("belongs to user 12345", [&] { put_of_other("file"); });
    expect("file.tmp belongs to user 12345", [&] { put_of_other("file.tmp"); });
  }
}

TEST_F(writable, a_file_in_an_unreadable_folder_is_rejected) {
  // A user other than root, because root may read everything.
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t kUser = 12345;
    if (geteuid() == 0 &&
        (chown(folder_.path().c_str(), kUser, kUser) != 0 || setresuid(kUser, kUser, kUser) != 0))
      _exit(1);
    const auto is_rejected = [&] {
      const Status checked = check_writable(path_);
      return checked.message().find("cannot read ") != std::string::npos && !files_->append_to(path_).ok();
    };
    bool good = chmod(folder_.path().c_str(), 0300) == 0 && is_rejected();
    good = good && chmod(folder_.path().c_str(), 0700) == 0 && check_writable(path_).ok();
    good = good && files_->append_to(path_).ok() && check_writable(path_).ok();
    good = good && chmod(folder_.path().c_str(), 0300) == 0 && is_rejected();
    _exit(good && chmod(folder_.path().c_str(), 0700) == 0 ? 0 : 2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST_F(writable, the_check_of_a_file_creates_and_changes_nothing) {
  EXPECT_TRUE(check_writable(path_).ok());
  EXPECT_TRUE(check_replaceable(path_).ok());
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace penstock::posix
