#include "core/posix/process_runner.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string>

#include "base/text.h"
#include "core/posix/spawn_descriptors.h"

namespace penstock::posix {

namespace {

constexpr size_t kMaxErrorBytes = 1024;
constexpr int64_t kCheckEveryMs = 10;
constexpr int64_t kCheckWhileOpenMs = 100;  // while its output is open, which usually is until it ends
constexpr int64_t kOutputAfterEndMs = 1000;
constexpr int kLastChecks = 50;  // number of times that the destructor checks for the end of killed programs

// Attributes and file actions of a posix_spawn(), which is safe in a host with threads; fork() is not.
class Spawning {
 public:
  Spawning() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~Spawning() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;

  // Starts the program. Returns an errno, or 0.
  int run(const std::vector<std::string>& arguments, int output, int errors, int& pid) {
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    // libcurl 7.88 opens its sockets without FD_CLOEXEC, and a host may do the same.
    close_inherited_descriptors(actions_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<std::string> words = arguments;
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return posix_spawnp(&pid, pointers[0], &actions_, &attributes_, pointers.data(), environ);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

struct Pipe {
  Descriptor to_read;   // non-blocking
  Descriptor to_write;  // number above 2, so that dup2() to standard output or error closes no other descriptor
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return io_error("cannot create a pipe", errno, "PS0692");
  Pipe result{Descriptor(ends[0]), Descriptor(ends[1])};
  Descriptor high(fcntl(result.to_write.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!high.valid() || fcntl(result.to_read.get(), F_SETFL, O_NONBLOCK) != 0)
    return io_error("cannot create a pipe", errno, "PS0692");
  result.to_write = std::move(high);
  return result;
}

// Appends available data to text until text is longer than limit, and discards data beyond that. Returns false at
// the end of the data. Also returns if the writer never stops.
bool read_available(int fd, std::string& text, size_t limit) {
  constexpr int kMaxPieces = 32;
  char piece[4096];
  for (int i = 0; i < kMaxPieces; ++i) {
    const ssize_t count = read(fd, piece, sizeof piece);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0) return false;
    if (text.size() <= limit) text.append(piece, static_cast<size_t>(count));
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<ProcessRunner>> ProcessRunner::make(Clock& clock, Warn warn) {
  Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return io_error("cannot create an epoll descriptor", errno, "PS0692");
  return std::unique_ptr<ProcessRunner>(new ProcessRunner(clock, std::move(warn), std::move(epoll)));
}

ProcessRunner::~ProcessRunner() {
  for (Child& child : children_) kill(child, {});
  killed_.splice(killed_.end(), children_);
  reap_killed();
  const timespec pause = {0, kCheckEveryMs * 1'000'000};
  for (int check = 0; check < kLastChecks && !killed_.empty(); ++check) {
    nanosleep(&pause, nullptr);
    reap_killed();
  }
  try {
    for (const Child& child : killed_)
      warn_("PS0690", "the program " + printable(child.request.arguments.front()) +
                          " is still running after SIGKILL, and is abandoned (process " +
                          std::to_string(child.pid) + ")");
  } catch (const std::bad_alloc&) {  // then without the warning: a destructor must not throw
  }
}

void ProcessRunner::start(ProcessRequest request, Done done) {
  std::list<Child> started(1);  // allocated before the process starts
  Child& child = started.front();
  child.request = std::move(request);
  child.done = std::move(done);
  child.kill_at_ms = clock_.monotonic_ms() + child.request.timeout_ms;
  if (Status status = spawn(child); !status.ok()) {
    child.result.status = std::move(status);
    ended_.emplace_back(std::move(child.done), std::move(child.result));
    return;
  }
  children_.splice(children_.end(), started);
}

Status ProcessRunner::spawn(Child& child) {
  Result<Pipe> output = make_pipe();
  if (!output.ok()) return output.status();
  Result<Pipe> errors = make_pipe();
  if (!errors.ok()) return errors.status();
  for (const Pipe* pipe : {&*output, &*errors}) {
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.fd = pipe->to_read.get();
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, pipe->to_read.get(), &event) != 0)
      return io_error("cannot watch a pipe", errno, "PS0692");
  }
  const int error =
      Spawning().run(child.request.arguments, output->to_write.get(), errors->to_write.get(), child.pid);
  if (error != 0) return io_error("cannot start " + printable(child.request.arguments.front()), error, "PS0693");
  child.output = std::move(output->to_read);
  child.errors = std::move(errors->to_read);
  return {};
}

int64_t ProcessRunner::next_deadline_ms() const {
  int64_t next_ms = ended_.empty() ? kNever : 0;
  for (const Child& child : children_) next_ms = std::min({next_ms, child.kill_at_ms, child.check_at_ms});
  for (const Child& child : killed_) next_ms = std::min(next_ms, child.check_at_ms);
  return next_ms;
}

void ProcessRunner::perform() {
  reap_killed();
  for (auto child = children_.begin(); child != children_.end();) {
    if (step(*child)) {
      ++child;
      continue;
    }
    ended_.emplace_back(std::move(child->done), std::move(child->result));
    const auto finished = child++;
    if (finished->ended_ms == kNever)
      killed_.splice(killed_.end(), children_, finished);
    else
      children_.erase(finished);
  }
  for (Child& child : killed_) child.check_at_ms = clock_.monotonic_ms() + kCheckEveryMs;
}

bool ProcessRunner::complete_ended() {
  const bool ended = !ended_.empty();
  for (size_t left = ended_.size(); left > 0; --left) {
    auto [done, result] = std::move(ended_.front());  // if it throws, the others wait for the next call
    ended_.erase(ended_.begin());
    done(std::move(result));
  }
  return ended;
}

bool ProcessRunner::step(Child& child) {
  const size_t limit = child.request.max_output_bytes;
  if (child.errors.valid() && !read_available(child.errors.get(), child.result.errors, kMaxErrorBytes))
    child.errors = Descriptor();
  if (child.output.valid() && !read_available(child.output.get(), child.result.output, limit))
    child.output = Descriptor();
  if (child.result.output.size() > limit) {
    kill(child, {Code::too_large, "PS0679",
                 "its output is too large: at most " + std::to_string(limit) + " bytes are allowed"});
    return false;
  }
  const int64_t now_ms = clock_.monotonic_ms();
  if (child.ended_ms == kNever && ended(child)) child.ended_ms = now_ms;
  if (child.ended_ms != kNever) {
    if (child.output.valid() && now_ms < child.ended_ms + kOutputAfterEndMs) {
      child.check_at_ms = child.ended_ms + kOutputAfterEndMs;
      return true;
    }
    if (child.output.valid())
      warn_("PS0691", "a child process of the program " + printable(child.request.arguments.front()) +
                          " has outlived it and keeps its standard output open; using the output so far");
    return false;
  }
  if (now_ms >= child.kill_at_ms) {
    kill(child, {Code::transient, "PS0680",
                 "it did not exit within " + std::to_string(child.request.timeout_ms) + " ms, and was killed"});
    return false;
  }
  child.check_at_ms = now_ms + (child.output.valid() ? kCheckWhileOpenMs : kCheckEveryMs);
  return true;
}

bool ProcessRunner::ended(Child& child) {
  int status = 0;
  const pid_t pid = waitpid(child.pid, &status, WNOHANG);
  if (pid == 0) return false;
  // A host that ignores SIGCHLD, or waits for all children, has consumed the exit code. The output alone then
  // counts.
  if (pid < 0) return true;
  if (WIFSIGNALED(status))
    child.result.status =
        Status(Code::io, "PS0681", "it was killed by signal " + std::to_string(WTERMSIG(status)));
  else
    child.result.exit_code = WEXITSTATUS(status);
  return true;
}

// Kills the program's process group, and the program itself in case it left the group. Processes that left both
// are out of reach.
void ProcessRunner::kill(Child& child, Status why) {
  child.result.status = std::move(why);
  child.result.output.clear();
  child.output = Descriptor();
  child.errors = Descriptor();
  child.check_at_ms = 0;
  if (child.ended_ms != kNever) return;
  ::kill(-child.pid, SIGKILL);
  ::kill(child.pid, SIGKILL);
}

void ProcessRunner::reap_killed() {
  killed_.remove_if(
      [](const Child& child) { return child.ended_ms != kNever || waitpid(child.pid, nullptr, WNOHANG) != 0; });
}

}  // namespace penstock::posix
