#include "plugin/commands/input_commands.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "plugin/settings/input_settings.h"
#include "tests/unit/core/posix/temp_folder.h"

namespace penstock::plugin {
namespace {

const std::string kKept =
    R"({"penstock_checkpoint":2,"streams":[{"name":"in","arn":"","created_ms":1,"begin":{"checkpoint":"TRIM_HORIZON"},)"
    R"("shards":{"s0":{"checkpoint":"49"}}}]})";

class input_commands : public testing::Test {
 protected:
  using Given = std::vector<std::pair<std::string, std::string>>;
  static Options options_of(Options::Table table, const Given& given) {
    std::vector<penstock_option> list;
    for (const auto& [key, value] : given) list.push_back({bytes(key), bytes(value)});
    return Options(table, list.data(), list.size(), sizeof(penstock_option));
  }
  Status run(const Command& command, const Given& arguments) {
    lines.clear();
    const auto print = [](void* ctx, penstock_bytes line) {
      static_cast<input_commands*>(ctx)->lines.emplace_back(view(line));
    };
    const Given options = {
        {"stream", "in"}, {"region", "us-east-1"}, {"checkpoint", "file:" + path}, {"on_failure", "drop"}};
    return command.run({}, options_of(kInputOptions, options), options_of(command.arguments, arguments),
                       Printer(print, this));
  }

  posix::TempFolder folder;
  std::string path = folder / "checkpoint";
  std::vector<std::string> lines;
};

TEST_F(input_commands, seek_prints_its_changes_and_makes_them_only_with_yes) {
  posix::write_file(path, kKept);
  ASSERT_TRUE(run(kSeekCommand, {{"all", "on"}, {"to", "2026-01-31T08:00:00Z"}}).ok());
  EXPECT_EQ(lines.back(), "Nothing was changed. To apply the changes, add --yes");
  EXPECT_EQ(posix::read_file(path), kKept);
  const Status done = run(kSeekCommand, {{"all", "on"}, {"to", "2026-01-31T08:00:00Z"}, {"yes", "on"}});
  ASSERT_TRUE(done.ok()) << done.message();
  EXPECT_EQ(lines[1], "  s0  after 49 -> from 2026-01-31T08:00:00.000Z");
  ASSERT_TRUE(run(kLeasesCommand, {}).ok());
  EXPECT_EQ(lines, (std::vector<std::string>{"stream in", "  shard       checkpoint                     lag  age",
                                             "  all shards  from 2026-01-31T08:00:00.000Z  -    -"}));
}

TEST_F(input_commands, seek_never_changes_a_checkpoint_in_use_but_leases_reads_it) {
  posix::write_file(path, kKept);
  const auto files = posix::make_system_files();
  const auto held = files->lock(path + ".lock");
  ASSERT_TRUE(held.ok());
  const Status rejected = run(kSeekCommand, {{"shard", "s0"}, {"to", "latest"}, {"yes", "on"}});
  EXPECT_EQ(rejected.code(), Code::config);
  EXPECT_NE(rejected.message().find(path + " is in use by another process"), std::string::npos)
      << rejected.message();
  EXPECT_EQ(posix::read_file(path), kKept);
  EXPECT_TRUE(run(kSeekCommand, {{"shard", "s0"}, {"to", "latest"}}).ok());
  posix::write_file(path,
                    std::string(kKept).replace(kKept.find("49"), 2, "SHARD_END"));  // whose age is never requested
  EXPECT_TRUE(run(kLeasesCommand, {}).ok());
}

TEST_F(input_commands, seek_requires_a_shard_or_all_and_a_position) {
  posix::write_file(path, kKept);
  EXPECT_EQ(run(kSeekCommand, {{"to", "latest"}}).code(), Code::config);
  EXPECT_EQ(run(kSeekCommand, {{"to", "latest"}, {"all", "on"}, {"shard", "s0"}}).code(), Code::config);
  EXPECT_EQ(run(kSeekCommand, {{"to", "later"}, {"all", "on"}}).code(), Code::config);
  EXPECT_EQ(run(kSeekCommand, {{"to", "49"}, {"all", "on"}}).code(), Code::config);
  EXPECT_TRUE(run(kSeekCommand, {{"to", "49"}, {"shard", "s0"}}).ok());
}

}  // namespace
}  // namespace penstock::plugin
