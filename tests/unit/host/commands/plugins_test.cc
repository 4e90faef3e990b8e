// penstock plugins: the option tables of a plugin, for people.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

TEST(plugins, stages_and_options_are_listed_with_type_default_and_help) {
  const Ended it = run_program({"plugins", PENSTOCK_FAKE_PLUGIN});
  EXPECT_EQ(it.code, 0) << it.err;
  EXPECT_EQ(
      it.out.rfind(
          "input fake_in\n  Emits numbered lines.\n\n  journal  <text>  required\n      file that every call "
          "is noted in\n\n  count  <count>  default: 3\n      how many batches to emit\n",
          0),
      0u)
      << it.out;
  EXPECT_NE(it.out.find("\noutput stdout\n"), std::string::npos) << "the built-in ones are listed too";
}

TEST(plugins, a_plugin_that_cannot_be_opened_is_reported) {
  const Ended it = run_program({"plugins", "/nowhere/x.so"});
  EXPECT_EQ(it.code, 1);
  EXPECT_EQ(it.err, "penstock: PS0858: plugin '/nowhere/x.so' cannot be opened: No such file or directory\n");
}

TEST(plugins, a_plugin_that_is_not_a_file_is_reported) {
  const Folder folder;
  for (const std::string& path : {folder.fifo("x.so"), folder.path("")}) {
    const Ended it = run_program({"plugins", path});
    EXPECT_EQ(it.code, 1);
    EXPECT_EQ(it.err, "penstock: PS0858: plugin '" + path + "' is not a regular file; name a shared object\n");
  }
}

// As root, because only root must not load files that other users can replace.
class plugins_as_root : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    std::filesystem::create_directory(inner_);
    std::filesystem::copy_file(PENSTOCK_FAKE_PLUGIN, plugin_);
    std::filesystem::permissions(inner_, std::filesystem::perms(0755));
  }
  static void expect_rejected(const std::string& plugin, const std::string& reason) {
    const Ended it = run_program({"plugins", plugin});
    EXPECT_EQ(it.code, 1);
    EXPECT_NE(it.err.find(reason), std::string::npos) << it.err;
  }

  Folder folder_;
  std::string inner_ = folder_.path("inner");
  std::string plugin_ = inner_ + "/plugin.so";
};

TEST_F(plugins_as_root, root_rejects_a_plugin_in_a_folder_that_others_can_write) {
  EXPECT_EQ(run_program({"plugins", plugin_}).code, 0);
  for (const int mode : {0777, 0775}) {
    ASSERT_EQ(chmod(inner_.c_str(), static_cast<mode_t>(mode)), 0);
    expect_rejected(plugin_, "the folder '" + inner_ + "' can be written by users other than root");
  }
  ASSERT_EQ(chmod(inner_.c_str(), 01777), 0);
  EXPECT_EQ(run_program({"plugins", plugin_}).code, 0) << "with the sticky bit they cannot replace it";
}

TEST_F(plugins_as_root, root_rejects_a_plugin_below_another_users_folder) {
  ASSERT_EQ(chown(folder_.path("").c_str(), 1000, 0), 0);
  expect_rejected(plugin_, "belongs to user 1000");
}

TEST_F(plugins_as_root, root_checks_the_folders_of_a_symbolic_link_and_of_its_target) {
  const std::string links = folder_.path("links"), link = links + "/link.so";
  std::filesystem::create_directory(links);
  std::filesystem::create_symlink(plugin_, link);
  EXPECT_EQ(run_program({"plugins", link}).code, 0);
  ASSERT_EQ(chmod(links.c_str(), 0777), 0);
  expect_rejected(link, "the folder '" + links + "' can be written");
  ASSERT_EQ(chmod(links.c_str(), 0755), 0);
  ASSERT_EQ(chmod(inner_.c_str(), 0777), 0);
  expect_rejected(link, "the folder '" + inner_ + "' can be written");
}

TEST_F(plugins_as_root, root_rejects_a_conf_in_a_folder_that_others_can_write) {
  const std::string conf = inner_ + "/agent.conf";
  std::ofstream(conf) << "[INPUT]\n";
  ASSERT_EQ(chmod(inner_.c_str(), 0777), 0);
  const Ended it = run_program({"check", conf});
  EXPECT_EQ(it.code, 1);
  EXPECT_NE(it.err.find("the folder '" + inner_ + "' can be written by users other than root"), std::string::npos)
      << it.err;
}

}  // namespace
}  // namespace penstock::host
