// penstock run: SIGHUP loads the configuration again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>

#include "tests/unit/host/commands/run_test_base.h"
#include "tests/unit/host/notify_socket.h"

namespace penstock::host {
namespace {

class reload : public RunTest {
 protected:
  // Writes a configuration whose only output has that label, as args() does.
  void write_conf(const std::string& label, const std::string& more_for_output = "") {
    folder_.write("agent.conf", conf(label, more_for_output));
  }
  std::string conf(const std::string& label, const std::string& more_for_output = "") {
    return "[SERVICE]\n  Grace 1h\n" + input("count 1\n") +
           output("label " + label + "\n" + "gate " + folder_.path("gate") + "\n" + more_for_output);
  }
  static void end(Program& program) {
    program.signal(SIGTERM);
    program.err.rest();
    EXPECT_EQ(program.wait(), 0);
  }
};

TEST_F(reload, a_hangup_drains_and_continues_with_the_new_configuration) {
  Program program(args(conf("old")));
  journal_.until("emit 1");
  write_conf("new");
  program.signal(SIGHUP);
  program.err.until("new configuration: draining for at most 3600000 ms; batches in flight: 1");
  gate_.settle("d");
  EXPECT_EQ(journal_.until("emit 1"), (Steps{"old settles", "ack 1 1", "close old", "close input 1 of 1 acked",
                                             "new write line 1", "emit 1 0"}));
  program.err.until("[ info] [penstock] the new configuration of " + folder_.path("agent.conf") + " starts");
  gate_.settle("d");
  journal_.until("ack 1 1");
  end(program);
}

TEST_F(reload, a_hangup_with_an_invalid_configuration_changes_nothing) {
  Program program(args(conf("old")));
  journal_.until("emit 1");
  write_conf("new", "labl x\n");
  program.signal(SIGHUP);
  EXPECT_NE(
      program.err.until("PS0941").back().find("[error] [penstock] PS0941: the configuration is not reloaded, "
                                              "and the previous one continues: it has errors"),
      std::string::npos);
  gate_.settle("d");
  EXPECT_EQ(journal_.until("ack"), (Steps{"old settles", "ack 1 1"}));
  end(program);
}

TEST_F(reload, the_problems_of_the_new_configuration_are_logged_with_their_lines) {
  Program program(args(conf("old")));
  journal_.until("emit 1");
  write_conf("new", "labl x\n");
  program.signal(SIGHUP);
  program.err.until("agent.conf:14: PS0853: ");
  gate_.settle("d");
  end(program);
}

TEST_F(reload, the_previous_configuration_continues_if_a_stage_of_the_new_one_does_not_start) {
  Program program(args(conf("old")));
  journal_.until("emit 1");
  folder_.write("agent.conf",
                input("count 1\n") + output("label new\ngate " + folder_.path("missing/gate") + "\n"));
  program.signal(SIGHUP);
  gate_.settle("d");
  EXPECT_EQ(journal_.until("emit 1"), (Steps{"old settles", "ack 1 1", "close old", "close input 1 of 1 acked",
                                             "old write line 1", "emit 1 0"}));
  const std::vector<std::string> lines = program.err.until("continues");
  EXPECT_NE(lines[lines.size() - 2].find("[error] [penstock] PS0942: the new configuration does not start: "),
            std::string::npos)
      << lines[lines.size() - 2];
  gate_.settle("d");
  journal_.until("ack 1 1");
  end(program);
}

TEST_F(reload, sigterm_during_the_drain_of_a_reload_ends_the_run) {
  Program program(args(conf("old")));
  journal_.until("emit 1");
  program.signal(SIGHUP);
  program.err.until("new configuration: draining");
  program.signal(SIGTERM);
  gate_.settle("d");
  EXPECT_EQ(steps(), (Steps{"old settles", "ack 1 1", "close old", "close input 1 of 1 acked"}));
  EXPECT_EQ(program.err.rest().find("starts"), std::string::npos);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(reload, a_hangup_during_the_drain_of_a_reload_loads_again_after_it) {
  Program program(args(conf("first")));
  journal_.until("emit 1");
  write_conf("second");
  program.signal(SIGHUP);
  program.err.until("new configuration: draining");
  write_conf("third");
  program.signal(SIGHUP);
  gate_.settle("dd");
  journal_.until("first settles");
  journal_.until("second write");
  journal_.until("third write");
  gate_.settle("d");
  journal_.until("ack 1 1");
  end(program);
}

TEST_F(reload, sigterm_ends_the_run_while_a_configuration_cannot_be_read) {
  Program program(args(conf("old")));
  journal_.until("emit 1");
  ASSERT_EQ(unlink(folder_.path("agent.conf").c_str()), 0);
  folder_.fifo("agent.conf");  // without a writer, a reader of it waits
  program.signal(SIGHUP);
  program.err.until("SIGHUP: loading the configuration again");
  program.signal(SIGTERM);
  gate_.settle("d");
  program.err.until("drained and closed");
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(reload, the_service_manager_sees_each_state_of_the_process) {
  const NotifySocket manager(folder_.path("notify"));
  setenv("WATCHDOG_USEC", "20000", 1);
  Program program(args(conf("old")));
  EXPECT_NE(manager.until("READY=1").find("\nWATCHDOG_USEC=20000"), std::string::npos);
  for (int feeds = 0; feeds < 3; ++feeds) manager.until("WATCHDOG=1");
  program.signal(SIGHUP);
  EXPECT_NE(manager.until("RELOADING=1").find("\nMONOTONIC_USEC="), std::string::npos);
  EXPECT_EQ(manager.until("EXTEND_TIMEOUT_USEC="), "EXTEND_TIMEOUT_USEC=3603000000") << "Grace and 3 s";
  manager.until("WATCHDOG=1");
  gate_.settle("dd");
  EXPECT_NE(manager.until("READY=1").find("\nSTATUS=the new configuration of "), std::string::npos);
  write_conf("new", "labl x\n");
  program.signal(SIGHUP);
  manager.until("RELOADING=1");
  EXPECT_NE(manager.until("READY=1").find("\nSTATUS=the configuration is not reloaded"), std::string::npos);
  program.signal(SIGTERM);
  manager.until("STOPPING=1");
  end(program);
}

TEST_F(reload, no_reload_keeps_a_descriptor_open) {
  const std::string service = "[SERVICE]\n  HTTP_Server On\n  HTTP_Port 0\n";
  Program program(args(service + input() + output()));
  program.err.until("the HTTP server listens on ");
  journal_.until("ack 3");
  const auto open_descriptors = [&] {
    const std::filesystem::directory_iterator first("/proc/" + std::to_string(program.pid()) + "/fd");
    return std::distance(first, std::filesystem::directory_iterator());
  };
  const auto before = open_descriptors();
  const auto reload_with = [&](const std::string& conf, const std::string& outcome) {
    folder_.write("agent.conf", conf);
    program.signal(SIGHUP);
    program.err.until(outcome);
  };
  for (int i = 0; i < 3; ++i) {
    reload_with(service + input() + output("label new\n"), "the new configuration of ");
    reload_with(service + input() + output("labl x\n"), "PS0941");
    reload_with(input() + output("gate " + folder_.path("missing/gate") + "\n"), "the previous configuration of ");
  }
  // The thread that loaded the last one may still have its own.
  EXPECT_LE(open_descriptors(), before + 1);
  end(program);
}

TEST_F(reload, a_plugin_that_has_changed_on_disk_is_reported) {
  const std::string plugin = folder_.path("fake.so");
  std::filesystem::copy_file(PENSTOCK_FAKE_PLUGIN, plugin);
  std::vector<std::string> arguments = args(conf("old"));
  arguments[2] = plugin;
  Program program(arguments);
  journal_.until("emit 1");
  std::filesystem::copy_file(PENSTOCK_FAKE_PLUGIN, plugin + ".new");
  std::filesystem::rename(plugin + ".new", plugin);
  program.signal(SIGHUP);
  gate_.settle("dd");
  program.err.until("[ warn] [penstock] PS0944: plugin '" + plugin + "' has changed on disk since it was opened");
  end(program);
}

TEST_F(reload, a_hangup_of_a_terminal_that_is_gone_drains) {
  const int near = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_EQ(grantpt(near) + unlockpt(near), 0);
  const int far = open(ptsname(near), O_RDWR | O_NOCTTY | O_CLOEXEC);
  Program program(args(conf("old")), -1, -1, far);
  close(far);
  journal_.until("emit 1");
  close(near);
  program.signal(SIGHUP);
  gate_.settle("d");
  EXPECT_EQ(steps().back(), "close input 1 of 1 acked");
  EXPECT_EQ(program.wait(), 0);
}

}  // namespace
}  // namespace penstock::host
