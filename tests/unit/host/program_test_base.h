// Runs the program in a folder of its own, and waits for its effects by reading its output.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <array>
#include <string>
#include <vector>

namespace penstock::host {

// A folder, removed by the destructor.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name) const { return path_ + "/" + name; }
  // Returns the path.
  std::string write(const std::string& name, const std::string& content) const;
  std::string fifo(const std::string& name) const;

 private:
  std::string path_;
};

std::string read_all(const std::string& path);

// A descriptor to read lines from, waiting at most 60 s for each.
class Lines {
 public:
  explicit Lines(int fd = -1) : fd_(fd) {}
  ~Lines();
  Lines(Lines&& other) noexcept;
  Lines& operator=(Lines&& other) noexcept;

  // Opens a FIFO so that it never ends.
  static Lines of_fifo(const std::string& path);

  int fd() const { return fd_; }

  // Reads the next line without its end. Returns false at the end or after the timeout.
  bool next(std::string& line);
  // Returns all lines up to and including the one that contains `text`. Without such a line, the test fails.
  std::vector<std::string> until(const std::string& text);
  // Returns everything until the end.
  std::string rest();
  void close();

 private:
  bool more();

  int fd_;
  std::string buffer_;
};

// A pipe that the test has filled, so that a writer to it waits until the test reads.
class FullPipe {
 public:
  FullPipe();
  ~FullPipe();
  FullPipe(const FullPipe&) = delete;
  FullPipe& operator=(const FullPipe&) = delete;

  int end() const { return ends_[1]; }  // to write to
  // Returns what was written to it, up to `text`.
  std::string read_until(const std::string& text);

 private:
  std::array<int, 2> ends_{};
  std::string seen_;
};

// The program under test. Killed by the destructor if it still runs.
class Program {
 public:
  static constexpr int kClosed = -2;  // as stdout_fd
  // stdout_fd, stdin_fd, stderr_fd: borrowed, in place of the pipes out, type() and err.
  explicit Program(const std::vector<std::string>& args, int stdout_fd = -1, int stdin_fd = -1,
                   int stderr_fd = -1);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  void type(const std::string& text);  // to its standard input
  void end_input();
  void signal(int number) const;
  // Sends the signal repeatedly until the program has ended, for at most 60 s.
  void insist(int number) const;
  // Waits for the end of out and err, then returns its exit code, or 128 + the signal that ended it.
  int wait();

  Lines out;
  Lines err;

 private:
  pid_t pid_ = -1;
  int input_ = -1;
};

struct Ended {
  int code;
  std::string out;
  std::string err;
};

// Runs it to its end with `input` on standard input.
Ended run_program(const std::vector<std::string>& args, const std::string& input = "");

}  // namespace penstock::host
