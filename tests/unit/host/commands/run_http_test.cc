// The HTTP server of penstock run, with the program itself and a fake plugin.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/unit/host/commands/pseudo_terminal.h"
#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

class run_http : public testing::Test {
 protected:
  // Returns a conf that runs until it is stopped.
  std::string conf(const std::string& input = "", const std::string& output = "",
                   const std::string& service = "") const {
    const std::string journal = "  journal " + folder_.path("journal") + "\n";
    return "[SERVICE]\n  HTTP_Server On\n  HTTP_Port 0\n" + service + "[INPUT]\n  Name fake_in\n  Tag t\n" +
           journal + input + "[OUTPUT]\n  Name fake_out\n  Match *\n" + journal + output;
  }
  std::vector<std::string> args(const std::string& conf) const {
    return {"run", "-e", PENSTOCK_FAKE_PLUGIN, "-c", folder_.write("agent.conf", conf)};
  }

  // Returns the port that the program has logged.
  static uint16_t port_of(Program& program) {
    const std::string line = program.err.until("the HTTP server listens on ").back();
    return static_cast<uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
  }

  // Returns a connection.
  static int connect_to(uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(port);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    return fd;
  }

  // Returns the whole response. accept: "" or a value of the header.
  static std::string get(uint16_t port, const std::string& path, const std::string& accept = "*/*") {
    Lines response(connect_to(port));
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: a\r\nAccept: " + accept + "\r\n\r\n";
    EXPECT_EQ(send(response.fd(), request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    return response.rest();
  }

  static std::string body(const std::string& response) { return response.substr(response.find("\r\n\r\n") + 4); }

  Folder folder_;
};

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(run_http, every_statistic_of_every_stage_is_a_metric) {
  Program program(args(conf("  count 3\n", "  Alias sink\n")));
  const uint16_t port = port_of(program);
  std::string page = get(port, "/metrics");
  EXPECT_HAS(page, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
  EXPECT_HAS(page, "\npenstock_input_lag_seconds{stage=\"input:fake_in:0\"} 0\n");
  EXPECT_HAS(page, "\n# TYPE penstock_input_emitted_events_total counter\n");
  EXPECT_HAS(page, "\npenstock_output_in_flight_bytes{stage=\"output:fake_out:sink\"} ");
  EXPECT_HAS(page, "\npenstock_build_info{version=\"");
  EXPECT_HAS(page, "\nprocess_resident_memory_bytes ");
  EXPECT_TRUE(body(page).starts_with("# HELP penstock_build_info ")) << page;
  page = get(port, "/metrics", "application/openmetrics-text; version=1.0.0,text/plain;q=0.5");
  EXPECT_HAS(page, "\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n");
  EXPECT_TRUE(page.ends_with("\n# EOF\n")) << page;
}

TEST_F(run_http, stages_of_one_alias_have_metrics_of_their_own) {
  const std::string other = "[OUTPUT]\n  Name fake_out\n  Match *\n  journal " + folder_.path("journal") + "\n";
  Program program(args(conf("", "  Alias 1\n" + other + other + "  Alias 1\n")));
  const std::string page = get(port_of(program), "/metrics");
  for (const char* const name : {"1", "1.1", "1.2"})
    EXPECT_HAS(page, std::string("\npenstock_output_full{stage=\"output:fake_out:") + name + "\"} ");
}

TEST_F(run_http, a_pipeline_that_works_is_alive_and_ready) {
  Program program(args(conf()));
  const uint16_t port = port_of(program);
  EXPECT_EQ(body(get(port, "/healthz")), "ok\n");
  const std::string ready = get(port, "/readyz");
  EXPECT_TRUE(ready.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")) << ready;
  EXPECT_EQ(body(ready), "{\"ready\":true,\"reasons\":[]}\n");
  EXPECT_HAS(body(get(port, "/stats")),
             "{\"stage\":\"input:fake_in:0\",\"kind\":\"input\",\"plugin\":\"fake_in\"");
  EXPECT_TRUE(get(port, "/").starts_with("HTTP/1.1 404 "));
}

TEST_F(run_http, readiness_ends_with_the_health_of_a_stage) {
  Program program(args(conf("  healthy 0\n")));
  const std::string ready = get(port_of(program), "/readyz");
  EXPECT_TRUE(ready.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << ready;
  EXPECT_EQ(body(ready),
            "{\"ready\":false,\"reasons\":[{\"stage\":\"input:fake_in:0\",\"reason\":\"not healthy: the errors in "
            "its log say why; healthy is 0 while it cannot work\"}]}\n");
}

TEST_F(run_http, a_run_that_drains_is_alive_and_not_ready) {
  Program program(args(conf("", "  mode hold\n", "  Grace 60\n")));
  const uint16_t port = port_of(program);
  program.signal(SIGTERM);
  program.err.until("draining for at most");
  EXPECT_EQ(body(get(port, "/readyz")),
            "{\"ready\":false,\"reasons\":[{\"stage\":\"penstock\",\"reason\":\"draining\"}]}\n");
  EXPECT_EQ(body(get(port, "/healthz")), "ok\n");
}

TEST_F(run_http, a_port_in_use_is_an_error_before_anything_is_read) {
  Program program(args(conf()));
  const std::string port = std::to_string(port_of(program));
  const Ended second = run_program(args(conf("", "", "  HTTP_Port " + port + "\n")));
  EXPECT_EQ(second.code, 1);
  EXPECT_HAS(second.err, "[error] [penstock] PS0930: cannot listen on 127.0.0.1, port " + port +
                             ": Address already in use; set");
}

TEST_F(run_http, clients_that_never_read_or_send_do_not_hold_up_the_pipeline) {
  folder_.fifo("journal");
  Lines journal = Lines::of_fifo(folder_.path("journal"));
  Program program(args(conf("  count 3\n", "  gate " + folder_.fifo("gate") + "\n")));
  const uint16_t port = port_of(program);
  std::vector<Lines> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back(connect_to(port));
    if (i % 2 != 0) continue;
    static constexpr char kRequest[] = "GET /metrics HTTP/1.1\r\n\r\n";
    send(clients.back().fd(), kRequest, sizeof kRequest - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  const int gate = open(folder_.path("gate").c_str(), O_WRONLY | O_CLOEXEC);
  EXPECT_EQ(write(gate, "ddd", 3), 3);
  journal.until("ack 3");
  EXPECT_EQ(body(get(port, "/healthz")), "ok\n");
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(), 0);
  close(gate);
}

TEST_F(run_http, a_reload_keeps_the_server_and_reports_the_new_pipeline) {
  Program program(args(conf()));
  const uint16_t port = port_of(program);
  EXPECT_HAS(get(port, "/metrics"), "stage=\"output:fake_out:0\"");
  folder_.write("agent.conf", conf("", "  Alias other\n"));
  program.signal(SIGHUP);
  program.err.until("the new configuration of ");
  const std::string page = get(port, "/metrics");
  EXPECT_HAS(page, "\npenstock_output_full{stage=\"output:fake_out:other\"} 0\n");
  EXPECT_EQ(page.find("output:fake_out:0"), std::string::npos) << page;
  EXPECT_TRUE(get(port, "/readyz").starts_with("HTTP/1.1 200 "));
}

TEST_F(run_http, a_reload_may_change_the_address_and_keep_the_port) {
  Program program(args(conf()));
  const uint16_t port = port_of(program);
  const std::string same_port = "  HTTP_Port " + std::to_string(port) + "\n";
  folder_.write("agent.conf", conf("", "  Alias other\n", "  HTTP_Listen 0.0.0.0\n" + same_port));
  program.signal(SIGHUP);
  program.err.until("the HTTP server listens on http://0.0.0.0:" + std::to_string(port));
  EXPECT_HAS(get(port, "/metrics"), "{stage=\"output:fake_out:other\"}");
}

TEST_F(run_http, the_server_of_the_previous_configuration_stays_if_the_new_one_does_not_start) {
  Program program(args(conf()));
  const uint16_t port = port_of(program);
  for (const char* const other : {"  HTTP_Server Off\n", "  HTTP_Listen 0.0.0.0\n"}) {
    folder_.write("agent.conf", conf("", "  gate " + folder_.path("missing/gate") + "\n", other));
    program.signal(SIGHUP);
    program.err.until("the previous configuration of ");
    EXPECT_EQ(body(get(port, "/healthz")), "ok\n");
  }
}

TEST_F(run_http, a_reload_to_a_port_in_use_continues_with_the_previous_server) {
  Program other(args(conf()));
  const std::string taken = "  HTTP_Port " + std::to_string(port_of(other)) + "\n";
  Program program(args(conf()));
  const uint16_t port = port_of(program);
  folder_.write("agent.conf", conf("", "", taken));
  program.signal(SIGHUP);
  program.err.until("PS0942: the new configuration does not start: PS0930: cannot listen on ");
  EXPECT_EQ(body(get(port, "/healthz")), "ok\n");
}

TEST_F(run_http, top_prints_a_line_for_each_view_if_its_output_is_not_a_terminal) {
  Program program(args(conf()));
  const std::string url = "http://127.0.0.1:" + std::to_string(port_of(program));
  const Ended top = run_program({"top", url, "-n", "1"});
  EXPECT_EQ(top.code, 0) << top.err;
  EXPECT_TRUE(top.out.starts_with("ready; in ")) << top.out;
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait(), 0);
  const Ended gone = run_program({"top", url});
  EXPECT_EQ(gone.code, 1);
  EXPECT_EQ(gone.err,
            "penstock top: PS0931: cannot read " + url +
                "/stats: Connection refused; is penstock running there, with HTTP_Server on in [SERVICE]?\n");
}

TEST_F(run_http, top_takes_the_address_from_the_configuration) {
  const Ended no_port =
      run_program({"top", "-e", PENSTOCK_FAKE_PLUGIN, "-c", folder_.write("agent.conf", conf())});
  EXPECT_EQ(no_port.code, 1);
  EXPECT_HAS(no_port.err, "PS0932: the configuration does not say where its HTTP server is");
}

TEST_F(run_http, top_restores_the_terminal_at_every_end) {
  Program program(args(conf()));
  const std::string url = "http://127.0.0.1:" + std::to_string(port_of(program));
  const auto ends = [&](const std::function<void(PseudoTerminal&, Program&)>& end) {
    PseudoTerminal terminal;
    Program top({"top", url, "--interval", "100ms"}, terminal.end(), terminal.end());
    EXPECT_HAS(terminal.screen.until("INPUT").front(), "\x1b[?1049h");
    EXPECT_FALSE(terminal.echoes());
    end(terminal, top);
    const int code = top.wait();
    EXPECT_TRUE(terminal.echoes());
    EXPECT_EQ(write(terminal.end(), "\n", 1), 1);  // ends the last line
    EXPECT_HAS(terminal.screen.until("\x1b[?1049l").back(), "\x1b[?25h");
    return code;
  };
  EXPECT_EQ(ends([](PseudoTerminal& terminal, Program&) { terminal.press('q'); }), 0);
  EXPECT_EQ(ends([](PseudoTerminal&, Program& top) { top.signal(SIGTERM); }), 0);
  EXPECT_EQ(ends([&](PseudoTerminal&, Program&) { program.signal(SIGKILL); }), 1) << "the run is gone";
}

}  // namespace
}  // namespace penstock::host
