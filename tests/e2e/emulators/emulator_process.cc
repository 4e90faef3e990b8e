#include "tests/e2e/emulators/emulator_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <sstream>

namespace penstock::emulators {
namespace {

using std::chrono::steady_clock;

constexpr auto kStartTime = std::chrono::seconds(60);
constexpr int kPortsDescriptor = 3;  // loopback.js and moto_server.py write there

// Replaces the child process by the emulator. Never returns.
[[noreturn]] void become(const EmulatorCommand& command, char* const* arguments, int ports, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int null = open("/dev/null", O_RDWR);
  const bool ready = getppid() == parent && chdir(command.folder.c_str()) == 0 && dup2(null, 0) == 0 &&
                     dup2(null, 1) == 1 && dup2(null, 2) == 2 && dup2(ports, kPortsDescriptor) == kPortsDescriptor;
  if (ready) {
    if (ports == kPortsDescriptor) fcntl(ports, F_SETFD, 0);
    execvp(arguments[0], arguments);
  }
  _exit(127);
}

// Returns the port that the system assigned in place of `asked`, or 0 if the lines do not contain it.
int port_in(const std::string& lines, int asked) {
  std::istringstream in(lines.substr(0, lines.rfind('\n') + 1));
  for (int from = 0, to = 0; in >> from >> to;)
    if (from == asked) return to;
  return 0;
}

int wait_for_port(int descriptor, int asked) {
  const auto deadline = steady_clock::now() + kStartTime;
  std::string lines;
  while (port_in(lines, asked) == 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    pollfd waiting{descriptor, POLLIN, 0};
    if (left <= 0 || (poll(&waiting, 1, static_cast<int>(left)) < 0 && errno != EINTR)) return 0;
    char buffer[256];
    const ssize_t got = waiting.revents == 0 ? -1 : read(descriptor, buffer, sizeof buffer);
    if (got == 0) return 0;
    if (got > 0) lines.append(buffer, static_cast<size_t>(got));
  }
  return port_in(lines, asked);
}

}  // namespace

std::vector<std::string> node_program(const std::vector<std::string>& script) {
  std::vector<std::string> program = {"node", "-r", std::string(PENSTOCK_EMULATORS_SOURCE) + "/loopback.js"};
  program.insert(program.end(), script.begin(), script.end());
  return program;
}

EmulatorProcess::EmulatorProcess(const EmulatorCommand& command) {
  std::vector<std::string> words = {"env"};
  for (const auto& [name, value] : command.environment)
    words.push_back(std::string(name).append("=").append(value));
  words.insert(words.end(), command.program.begin(), command.program.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  int ports[2];
  if (pipe2(ports, O_CLOEXEC) != 0) return;
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(command, arguments.data(), ports[1], parent);
  close(ports[1]);
  if (pid_ > 0) port_ = wait_for_port(ports[0], command.asked_port);
  close(ports[0]);
}

EmulatorProcess::~EmulatorProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

}  // namespace penstock::emulators
