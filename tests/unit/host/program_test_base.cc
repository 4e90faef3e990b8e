#include "tests/unit/host/program_test_base.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace penstock::host {

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "penstock-host-XXXXXX").string();
  path_ = mkdtemp(name.data());
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& content) const {
  std::ofstream(path(name), std::ios::binary) << content;
  return path(name);
}

std::string Folder::fifo(const std::string& name) const {
  EXPECT_EQ(mkfifo(path(name).c_str(), 0600), 0);
  return path(name);
}

std::string read_all(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

Lines::~Lines() { close(); }
Lines::Lines(Lines&& other) noexcept : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}
Lines& Lines::operator=(Lines&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

void Lines::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Lines Lines::of_fifo(const std::string& path) { return Lines(open(path.c_str(), O_RDWR | O_CLOEXEC)); }

bool Lines::more() {
  static constexpr int kPatienceMs = 60'000;
  pollfd readable{fd_, POLLIN, 0};
  if (fd_ < 0 || poll(&readable, 1, kPatienceMs) != 1) return false;
  std::array<char, 65536> chunk{};
  const ssize_t n = read(fd_, chunk.data(), chunk.size());
  if (n <= 0) return false;
  buffer_.append(chunk.data(), static_cast<size_t>(n));
  return true;
}

bool Lines::next(std::string& line) {
  size_t end = 0;
  while ((end = buffer_.find('\n')) == std::string::npos)
    if (!more()) return false;
  line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return true;
}

std::vector<std::string> Lines::until(const std::string& text) {
  std::vector<std::string> lines;
  std::string line;
  while (next(line)) {
    lines.push_back(line);
    if (line.find(text) != std::string::npos) return lines;
  }
  std::string seen;
  for (const std::string& one : lines) seen += one + "\n";
  ADD_FAILURE() << "no line with '" << text << "' among:\n" << seen << buffer_;
  return lines;
}

std::string Lines::rest() {
  while (more()) {
  }
  return std::exchange(buffer_, "");
}

FullPipe::FullPipe() {
  static constexpr int kBytes = 4096;
  EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0);
  EXPECT_EQ(fcntl(ends_[1], F_SETPIPE_SZ, kBytes), kBytes);
  EXPECT_EQ(write(ends_[1], std::string(kBytes, '.').data(), kBytes), kBytes);
}

FullPipe::~FullPipe() {
  for (const int end : ends_) ::close(end);
}

std::string FullPipe::read_until(const std::string& text) {
  std::array<char, 4096> chunk{};
  while (seen_.find(text) == std::string::npos) {
    const ssize_t n = read(ends_[0], chunk.data(), chunk.size());
    if (n <= 0) break;
    seen_.append(chunk.data(), static_cast<size_t>(n));
  }
  return seen_.substr(std::min(seen_.find_first_not_of('.'), seen_.size()));
}

Program::Program(const std::vector<std::string>& args, int stdout_fd, int stdin_fd, int stderr_fd) {
  std::array<int, 2> in{};
  std::array<int, 2> out_pipe{-1, -1};
  std::array<int, 2> err_pipe{-1, -1};
  EXPECT_EQ(pipe2(in.data(), O_CLOEXEC), 0);
  EXPECT_TRUE(stderr_fd >= 0 || pipe2(err_pipe.data(), O_CLOEXEC) == 0);
  EXPECT_TRUE(stdout_fd >= 0 || pipe2(out_pipe.data(), O_CLOEXEC) == 0);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, stdin_fd < 0 ? in[0] : stdin_fd, 0);
  if (stdout_fd == kClosed)
    posix_spawn_file_actions_addclose(&actions, 1);
  else
    posix_spawn_file_actions_adddup2(&actions, stdout_fd < 0 ? out_pipe[1] : stdout_fd, 1);
  posix_spawn_file_actions_adddup2(&actions, stderr_fd < 0 ? err_pipe[1] : stderr_fd, 2);
  std::vector<std::string> all = {PENSTOCK_PROGRAM};
  all.insert(all.end(), args.begin(), args.end());
  std::vector<char*> argv;
  argv.reserve(all.size() + 1);
  for (std::string& arg : all) argv.push_back(arg.data());
  argv.push_back(nullptr);
  EXPECT_EQ(posix_spawn(&pid_, PENSTOCK_PROGRAM, &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  if (stderr_fd < 0) ::close(err_pipe[1]);
  if (stdout_fd < 0) ::close(out_pipe[1]);
  input_ = in[1];
  out = Lines(out_pipe[0]);
  err = Lines(err_pipe[0]);
}

Program::~Program() {
  end_input();
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void Program::type(const std::string& text) {
  EXPECT_EQ(write(input_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

void Program::end_input() {
  if (input_ >= 0) ::close(input_);
  input_ = -1;
}

void Program::signal(int number) const { kill(pid_, number); }

void Program::insist(int number) const {
  static constexpr int kLooks = 600;
  pollfd ended{static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)), POLLIN, 0};
  int looks = 0;
  do {
    signal(number);
  } while (poll(&ended, 1, 100) == 0 && ++looks < kLooks);
  ::close(ended.fd);
}

int Program::wait() {
  int status = 0;
  EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Ended run_program(const std::vector<std::string>& args, const std::string& input) {
  Program program(args);
  program.type(input);
  program.end_input();
  Ended ended{};
  ended.out = program.out.rest();
  ended.err = program.err.rest();
  ended.code = program.wait();
  return ended;
}

}  // namespace penstock::host
