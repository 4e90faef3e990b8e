// The checks of penstock check --online, in virtual time.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "plugin/commands/stream_access.h"
#include "tests/iam/world.h"

namespace penstock::iam {

class access : public testing::Test {
 protected:
  // Lets the caller make what a policy of docs/iam allows, perhaps without an action.
  void let(const std::string& file, const std::string& sid = "", const std::string& action = "") {
    const Policy policy = read_policy(file, world.queue_arn);
    world.let(kAccount, {sid.empty() ? policy : policy.without(sid, action)});
  }
  kinesis::InputStream stream(const std::string& name = kStream) {
    return {kinesis::parse_stream_names(name, {}).front(), &calls.kinesis};
  }
  void read(const plugin::ReadingNeeds& needs = {{}, 16 << 20, true}, const std::string& name = kStream) {
    begin();
    plugin::check_stream_to_read(*check, stream(name), needs);
    end();
  }
  void write(const plugin::WritingNeeds& needs = {1 << 20, false, ""}, bool heeds_dry_runs = true) {
    begin();
    plugin::check_stream_to_write(*check, stream(), needs, heeds_dry_runs);
    end();
  }
  void begin() {
    patience = std::make_unique<plugin::Patience>(world.sim.env(), kPatienceMs);
    dry_runs = std::make_unique<plugin::DryRuns>(*patience);
    report = {};
    check.reset(new plugin::AccessCheck{*patience, *dry_runs, report,
                                        aws::CallerIdentity{"arn:aws:iam::111122223333:user/penstock", kAccount}});
  }
  // Keeps what is printed. The checks have read and written nothing, and made no dry run too early.
  void end() {
    dry_runs->rest();
    text.clear();
    const auto print = [](void* ctx, penstock_bytes line) {
      static_cast<access*>(ctx)->text.append(view(line)).append("\n");
    };
    report.print(plugin::Printer(print, this));
    status = report.status();
    EXPECT_EQ(world.kinesis.stats().records_put, 0U);
    EXPECT_EQ(world.kinesis.stats().records_read, 0U);
    EXPECT_EQ(world.dynamodb.stats().write_units, 0U);
    EXPECT_EQ(world.kinesis.stats().throttled_calls, 0U);
  }
  bool prints(const std::string& part) const { return text.find(part) != std::string::npos; }
  static std::string statement(const std::string& action, const std::string& resource) {
    return R"(  {"Effect":"Allow","Action":[")" + action + R"("],"Resource":")" + resource + "\"}\n";
  }

  static constexpr int64_t kPatienceMs = 15'000;
  World world;
  Calls calls{world.sim.env()};
  std::unique_ptr<plugin::Patience> patience;
  std::unique_ptr<plugin::DryRuns> dry_runs;
  plugin::AccessReport report;
  std::unique_ptr<plugin::AccessCheck> check;
  std::string text;
  Status status;
};

}  // namespace penstock::iam
