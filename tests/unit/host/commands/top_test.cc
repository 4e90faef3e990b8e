// penstock top, with servers that are not those of a run.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "tests/unit/host/commands/pseudo_terminal.h"
#include "tests/unit/host/program_test_base.h"

namespace penstock::host {
namespace {

// A server of one connection.
class OneServer {
 public:
  OneServer() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    socklen_t size = sizeof address_;
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address_), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
  }
  ~OneServer() { close(listener_); }
  OneServer(const OneServer&) = delete;
  OneServer& operator=(const OneServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port)); }

  // Returns the connection of a client that has sent its request.
  Lines accept_request() const {
    Lines out(accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
    out.until("GET /stats HTTP/1.0");
    return out;
  }

 private:
  int listener_;
  sockaddr_in address_{};
};

void respond(const Lines& connection, const std::string& response) {
  EXPECT_EQ(send(connection.fd(), response.data(), response.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(response.size()));
}

// Returns what top prints if a server sends that text.
std::string error_after(const std::string& response) {
  const OneServer server;
  Program top({"top", server.url(), "-n", "1"});
  Lines connection = server.accept_request();
  respond(connection, response);
  connection.close();
  const std::string out = top.err.rest();
  EXPECT_EQ(top.wait(), 1);
  const std::string head = "penstock top: PS0931: cannot read " + server.url() + "/stats: ";
  EXPECT_TRUE(out.starts_with(head)) << out;
  return out.substr(std::min(head.size(), out.size()), out.find(';') - head.size());
}

TEST(top, a_signal_ends_it_while_the_server_does_not_respond) {
  const OneServer server;
  Program top({"top", server.url()});
  const Lines connection = server.accept_request();
  top.signal(SIGINT);
  EXPECT_EQ(top.err.rest(), "");
  EXPECT_EQ(top.wait(), 0);
}

TEST(top, a_response_that_is_cut_off_is_reported_as_such) {
  EXPECT_EQ(error_after("HTTP/1.1 200 OK\r\ncontent-length:  3\r\n\r\n{}"),
            "the connection ended before the response was complete");
}

TEST(top, a_response_of_another_program_is_an_error) {
  EXPECT_EQ(error_after("SSH-2.0-OpenSSH_9.2\r\n"), "the response is not HTTP");
  EXPECT_EQ(error_after(""), "the response is not HTTP");
  EXPECT_EQ(error_after("HTTP/1.\r\n\r\n"), "the response has the status \\r\\n");
  EXPECT_EQ(error_after("HTTP/1.1 \x1b[2 x\r\n\r\n"), "the response has the status \\x1b[2");
  EXPECT_EQ(error_after("HTTP/1.1 404 Not Found\r\n\r\n"), "the response has the status 404");
  EXPECT_EQ(error_after("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, '[')),
            "the response is not the state of a run");
}

// After a line that fills the terminal, the cursor is on its last character, which clearing would take away.
TEST(top, only_empty_lines_are_cleared) {
  const OneServer server;
  PseudoTerminal terminal;
  Program top({"top", server.url(), "-n", "1"}, terminal.end(), terminal.end());
  Lines connection = server.accept_request();
  respond(connection, R"(HTTP/1.1 200 OK)"
                      "\r\n\r\n"
                      R"({"uptime_ms":1,"reasons":[{"stage":"a","reason":")" +
                          std::string(300, 'x') + R"("}],"stages":[]})");
  connection.close();
  EXPECT_EQ(top.wait(), 0);
  EXPECT_EQ(write(terminal.end(), "\nend\n", 5), 5);
  std::string screen;
  for (const std::string& line : terminal.screen.until("end")) screen += line + "\n";
  EXPECT_NE(screen.find("  " + std::string(78, 'x')), std::string::npos) << "fills the terminal";
  for (const char* const clear : {"\x1b[K", "\x1b[J"})
    for (size_t at = 0; (at = screen.find(clear, at + 1)) != std::string::npos;)
      EXPECT_TRUE(screen[at - 1] == '\n' || screen[at - 1] == 'H') << screen;
}

}  // namespace
}  // namespace penstock::host
