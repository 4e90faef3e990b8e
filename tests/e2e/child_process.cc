#include "tests/e2e/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace penstock::e2e {

ChildProcess::ChildProcess(const std::string& program, const std::vector<std::string>& arguments,
                           const std::string& output_file, const std::vector<std::string>& more_environment)
    : output_file_(output_file) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> environment;
  environment.reserve(more_environment.size());
  for (const std::string& variable : more_environment) environment.push_back(const_cast<char*>(variable.c_str()));
  for (char** variable = environ; *variable != nullptr; ++variable) environment.push_back(*variable);
  environment.push_back(nullptr);
  const int output = open(output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  // Between fork and exec, only async-signal-safe calls: this process has threads.
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execve(argv[0], argv.data(), environment.data());
    _exit(127);
  }
  close(output);
  process_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pid_ < 0 || process_ < 0) {
    std::perror(("starting " + program).c_str());
    std::exit(2);
  }
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(process_);
}

void ChildProcess::signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

bool ChildProcess::says(const std::string& text, int seconds) {
  return until([&] { return read_file(output_file_).find(text) != std::string::npos; }, seconds);
}

bool ChildProcess::until(const std::function<bool()>& seen, int seconds, int look_every_ms) {
  pollfd ended = {process_, POLLIN, 0};
  for (int looks = seconds * 1000 / look_every_ms; looks > 0; --looks) {
    if (seen()) return true;
    if (poll(&ended, 1, look_every_ms) != 0) return false;
  }
  return false;
}

int ChildProcess::wait(int seconds) {
  pollfd ended = {process_, POLLIN, 0};
  if (poll(&ended, 1, seconds * 1000) != 1) return -1;
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string host_program() {
  const char* const other = std::getenv("PENSTOCK_TEST_HOST");
  return other != nullptr ? other : PENSTOCK_HOST;
}

std::string write_conf(const Deployment& deployment, const std::string& name, const OptionList& more_for_input,
                       const std::string& more, const OptionList& for_filter) {
  std::string path = deployment.folder.path(name);
  std::ofstream conf(path);
  const auto section = [&](const char* header, const OptionList& options) {
    if (*header != '\0') conf << header << '\n';
    for (const auto& [key, value] : options) conf << "    " << key << ' ' << value << '\n';
  };
  section("[INPUT]", {{"Name", "penstock_kinesis"}, {"Tag", "logs"}});
  section("", deployment.input_options());
  section("", more_for_input);
  section("[FILTER]", {{"Name", "lambda_logs"}, {"Match", "*"}});
  section("", for_filter);
  section("[OUTPUT]", {{"Name", "penstock_kinesis"}, {"Match", "logs"}});
  section("", deployment.output_options());
  conf << more;
  return path;
}

}  // namespace penstock::e2e
