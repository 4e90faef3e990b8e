// When the loop ends by itself, with the fake plugin's stages in this process.
#include "host/pipeline/loop.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "host/conf/conf.h"
#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

class loop : public testing::Test {
 protected:
  // Returns the result of run() for a conf with that output.
  bool run(const std::string& output, int64_t patience_ms) {
    const std::string journal = "  journal " + folder_.path("journal") + "\n";
    const std::string conf =
        folder_.write("agent.conf", "[INPUT]\n  Name fake_in\n  Tag t\n  count 2\n  then end\n" + journal +
                                        "[OUTPUT]\n  Name fake_out\n  Match *\n" + journal + output);
    Modules modules;
    EXPECT_EQ(modules.open(PENSTOCK_FAKE_PLUGIN), "");
    const Plan plan = make_plan(read_conf(conf, [](const std::string&) { return nullptr; }), modules, {});
    EXPECT_TRUE(plan.problems.empty());
    const int fd = open(folder_.path("log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool fine = false;
    {
      Log log(fd);
      const Signals signals(Signals::OnHangup::drain);
      ServiceManager manager(log);
      Pipeline pipeline(log);
      Problem problem;
      EXPECT_TRUE(pipeline.open(plan, problem)) << problem.text;
      LoopOptions options;
      options.grace_ms = 0;
      options.patience_ms = patience_ms;
      fine = Loop(pipeline, signals, log, manager, options).run();
    }
    close(fd);
    return fine;
  }
  std::string log() const { return read_all(folder_.path("log")); }

  Folder folder_;
};

TEST_F(loop, the_loop_gives_up_on_an_output_that_settles_nothing) {
  EXPECT_FALSE(run("  mode hold\n", 50));
  EXPECT_NE(log().find("[error] [output:fake_out:0] PS0914: no progress: none of the accepted records became "
                       "delivered or a dead letter in 0 s\n"),
            std::string::npos)
      << log();
  EXPECT_NE(log().find("no progress: draining for at most 0 ms; batches in flight: 2"), std::string::npos)
      << log();
}

TEST_F(loop, the_loop_does_not_give_up_while_batches_are_settled) {
  EXPECT_TRUE(run("  mode fail\n", 60'000));
  EXPECT_EQ(log().find("no progress"), std::string::npos) << log();
}

}  // namespace
}  // namespace penstock::host
