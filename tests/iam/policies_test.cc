// Each mode of Penstock works with exactly its policies of docs/iam, and each action in them is needed: without
// it, the run fails, or works with the degradation that docs/iam.md describes and the log reports.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/iam/queue_command.h"
#include "tests/iam/runs.h"

namespace penstock::iam {
namespace {

using Names = std::vector<std::string>;

struct Outcome {
  bool works = false;
  std::string log;
  std::set<std::string> allowed, denied;
};

struct Mode {
  std::string name;
  Names files;  // its policies, of docs/iam
  std::function<Outcome(const Policies&)> run;
};

void PrintTo(const Mode& mode, std::ostream* out) { *out << mode.name; }

// What a run without an action reports, if it works nevertheless.
struct Degradation {
  std::string file;
  std::string action;
  std::string logs;
};
const std::vector<Degradation> kDegradations = {
    {"reader", "kinesis:DescribeStreamSummary", "a stream that is deleted and created again will not be noticed"},
    {"resource-reader", "kinesis:DescribeStreamSummary",
     "a stream that is deleted and created again will not be noticed"},
    {"writer", "kinesis:DescribeStreamSummary", "a missing stream is noticed only when the first record is sent"},
    {"resource-writer", "kinesis:DescribeStreamSummary",
     "a missing stream is noticed only when the first record is sent"},
    {"reader-queue", "kinesis:DescribeQueue", "its state and its visibility timeout are unknown"},
    {"resource-queue", "kinesis:DescribeQueue", "its state and its visibility timeout are unknown"},
    {"reader-leases", "dynamodb:GetItem", "table leases: GetItem: AccessDeniedException"},
    {"reader-leases", "dynamodb:DeleteItem", "table leases: DeleteItem: AccessDeniedException"},
    {"writer-kpl", "kinesis:DescribeStreamSummary", "its record distribution strategy is unknown"},
    {"writer-kpl", "kinesis:ListShards", "records are not grouped by shard"},
};

Outcome outcome_of(const World& world, bool works) {
  return {works, world.log(), world.iam.allowed(), world.iam.denied()};
}

// The policies of a mode with their placeholders replaced.
Policies read_policies(const Mode& mode) {
  const World world;  // for the ID of its queue
  Policies policies;
  for (const std::string& file : mode.files) policies[file] = read_policy(file, world.queue_arn);
  return policies;
}

// Returns a mode of an identity in the account of the stream.
Mode own(const std::string& name, const Names& files, const std::function<bool(World&)>& run,
         const std::string& key = "") {
  return {name, files, [files, run, key](const Policies& policies) {
            World world;
            world.kinesis.stream(kStream)->kms_key = key;
            std::vector<Policy> all;
            for (const std::string& file : files) all.push_back(policies.at(file));
            world.let(kAccount, all);
            return outcome_of(world, run(world));
          }};
}

// Returns a mode of an identity in another account; the stream or queue has a policy of its own.
Mode shared(const std::string& name, const std::string& identity, const std::string& resource,
            const std::function<bool(World&)>& run) {
  return {name, {identity, resource}, [=](const Policies& policies) {
            World world;
            world.let(kOtherAccount, {policies.at(identity)});
            for (const std::string& arn : {std::string(kStreamArn), world.queue_arn})
              world.iam.set_resource_policy(arn, policies.at(resource));
            return outcome_of(world, run(world));
          }};
}

Outcome run_with_role(const Policies& policies) {
  World world;
  world.let(kOtherAccount, {policies.at("cross-account-caller")});
  world.iam.add_role({kRoleArn, policies.at("cross-account-trust"), {policies.at("reader-file")}});
  return outcome_of(world, read_with_file(world, kStream, {kRoleArn, "", kExternalId, ""}));
}

Mode subscription(const std::string& name, const Names& files, const std::string& key) {
  return {name, files, [files, key](const Policies& policies) {
            World world;
            world.kinesis.stream(kStream)->kms_key = key;
            std::vector<Policy> of_role;
            for (const std::string& file : files)
              if (file != "subscription-trust") of_role.push_back(policies.at(file));
            world.iam.add_role({kRoleArn, policies.at("subscription-trust"), of_role});
            return outcome_of(world, put_log_events(world, kAccount));
          }};
}

Outcome run_queue_command(const Policies& policies) {
  const QueueCommandRun run = restore_dead_letters(policies.at("queue-operator"));
  return {run.works, run.error, run.allowed, run.denied};
}

std::vector<Mode> modes() {
  const auto by_name = [](World& world) { return read_with_file(world, kStream); };
  const auto by_arn = [](World& world) { return read_with_file(world, kStreamArn); };
  const auto write = [](World& world) { return write_plain(world, kStream); };
  const auto write_by_arn = [](World& world) { return write_plain(world, kStreamArn); };
  return {
      own("reader_with_file", {"reader-file"}, by_name),
      own("reader_with_leases", {"reader-leases"}, read_with_leases),
      own("reader_of_queue", {"reader-queue"}, read_queue),
      own("reader_of_encrypted_stream", {"reader-file", "reader-kms"}, by_name, kKeyArn),
      own("reader_of_encrypted_queue", {"reader-queue", "reader-kms"}, read_queue, kKeyArn),
      {"operator_of_queue", {"queue-operator"}, run_queue_command},
      own("writer", {"writer"}, write),
      own("writer_that_aggregates_kpl", {"writer-kpl"}, write_kpl),
      own("writer_to_encrypted_stream", {"writer", "writer-kms"}, write, kKeyArn),
      {"reader_with_role", {"cross-account-caller", "cross-account-trust", "reader-file"}, run_with_role},
      shared("reader_of_shared_stream", "reader-file", "resource-reader", by_arn),
      shared("reader_of_shared_queue", "reader-queue", "resource-queue", read_queue),
      shared("writer_to_shared_stream", "writer", "resource-writer", write_by_arn),
      subscription("subscription", {"subscription", "subscription-trust"}, ""),
      subscription("subscription_to_encrypted_stream", {"subscription", "subscription-trust", "writer-kms"},
                   kKeyArn),
  };
}

std::optional<Degradation> degradation_without(const std::string& file, const std::string& action) {
  std::optional<Degradation> found;
  size_t longest = 0;
  for (const Degradation& each : kDegradations)
    if (file.starts_with(each.file) && action == each.action && each.file.size() > longest) {
      found = each;
      longest = each.file.size();
    }
  return found;
}

class policies : public testing::TestWithParam<Mode> {};

TEST_P(policies, a_mode_works_with_exactly_these) {
  const Policies all = read_policies(GetParam());
  const Outcome outcome = GetParam().run(all);
  EXPECT_TRUE(outcome.works) << outcome.log;
  EXPECT_EQ(outcome.denied, std::set<std::string>());
  std::set<std::string> actions;
  for (const auto& [file, policy] : all)
    for (const Statement& statement : policy.statements)
      actions.insert(statement.actions.begin(), statement.actions.end());
  EXPECT_EQ(outcome.allowed, actions) << "an action that no call needs, or that a policy grants by a pattern";
}

TEST_P(policies, each_action_is_needed) {
  const Policies all = read_policies(GetParam());
  const Outcome whole = GetParam().run(all);
  int count = 0;
  for (const auto& [file, policy] : all) {
    for (const Statement& statement : policy.statements) {
      for (const std::string& action : statement.actions) {
        SCOPED_TRACE(file + ".json without " + action);
        Policies rest = all;
        rest[file] = policy.without(statement.sid, action);
        const Outcome outcome = GetParam().run(rest);
        EXPECT_TRUE(outcome.denied.contains(action));
        const std::optional<Degradation> degradation = degradation_without(file, action);
        EXPECT_EQ(outcome.works, degradation.has_value()) << outcome.log;
        if (degradation) {
          EXPECT_NE(outcome.log.find(degradation->logs), std::string::npos) << outcome.log;
          EXPECT_EQ(whole.log.find(degradation->logs), std::string::npos) << whole.log;
        }
        ++count;
      }
    }
  }
  RecordProperty("actions", count);
  EXPECT_GT(count, 0);
}

// Returns the rows of the tables in the sections of docs/iam.md that link to the file: action, and whether
// Penstock works without it.
std::map<std::string, bool> rows_about(const std::string& page, const std::string& file) {
  std::map<std::string, bool> rows;
  for (size_t begin = page.find("\n## "); begin != std::string::npos;) {
    const size_t end = page.find("\n## ", begin + 1);
    const std::string section = page.substr(begin, end - begin);
    begin = end;
    if (section.find("(iam/" + file + ".json)") == std::string::npos) continue;
    std::istringstream lines(section);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("| `")) continue;
      const std::string action = line.substr(3, line.find('`', 3) - 3);
      const std::string last_cell = line.substr(line.rfind(" | ") + 3);
      EXPECT_TRUE(last_cell.starts_with("works") || last_cell.starts_with("fails")) << line;
      rows[action] = last_cell.starts_with("works");
    }
  }
  return rows;
}

TEST(policies_page, says_of_each_action_whether_penstock_works_without_it) {
  std::ifstream file(PENSTOCK_POLICIES ".md");
  std::ostringstream page;
  page << file.rdbuf();
  for (const Mode& mode : modes()) {
    for (const auto& [name, policy] : read_policies(mode)) {
      const std::map<std::string, bool> rows = rows_about(page.str(), name);
      for (const Statement& statement : policy.statements) {
        for (const std::string& action : statement.actions) {
          SCOPED_TRACE(name + ".json, " + action);
          const auto row = rows.find(action);
          ASSERT_NE(row, rows.end());
          EXPECT_EQ(row->second, degradation_without(name, action).has_value());
        }
      }
    }
  }
}

TEST(policies_page, every_policy_belongs_to_a_mode) {
  std::set<std::string> used, there;
  for (const Mode& mode : modes()) used.insert(mode.files.begin(), mode.files.end());
  for (const auto& entry : std::filesystem::directory_iterator(PENSTOCK_POLICIES))
    there.insert(entry.path().stem().string());
  EXPECT_EQ(used, there);
}

INSTANTIATE_TEST_SUITE_P(of, policies, testing::ValuesIn(modes()),
                         [](const auto& mode) { return mode.param.name; });

}  // namespace
}  // namespace penstock::iam
