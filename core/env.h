// The only interface between core/ and the system: clock, randomness, network, files, environment, and log.
// core/posix/ implements it; tests and simulations have implementations of their own.
//
// Thread rule: one thread at a time, the one that drives the instance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace penstock {

inline constexpr int64_t kNever = INT64_MAX;  // a deadline that is never reached

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t wall_ms() = 0;       // Unix time; may jump
  virtual int64_t monotonic_ms() = 0;  // never decreases; the clock of all deadlines
  // Never decreases, and also advances while the machine is suspended, if the system has such a clock: time as
  // other machines see it.
  virtual int64_t boot_ms() { return monotonic_ms(); }
};

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t next() = 0;  // 64 uniform bits; for jitter, not for cryptography
};

struct HttpRequest {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // the transport adds Content-Length and Host
  std::string body;
  int64_t timeout_ms = 0;         // limit for the whole call
  size_t max_response_bytes = 0;  // a longer body fails the call with Code::too_large
  // For services on this machine that hand out credentials without authentication. The call uses no proxy and a
  // connection of its own. With plain http it connects only to addresses of this machine and of AWS's metadata
  // services; the address that is actually connected to is checked (Code::config for any other).
  bool to_metadata = false;
};

// Room that the transport leaves after a body, so that a parser can append padding without a copy of the body.
inline constexpr size_t kSpareBodyBytes = 64;

struct HttpResponse {
  // Not ok if no complete response arrived; the other members are then empty. Code::transient, too_large, or, if
  // the same call can never succeed, config (URL, certificate) or invalid (the request itself).
  Status transport;
  int http_status = 0;
  bool over_tls = false;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lowercase
  std::string body;
  std::string request_body;  // returned for reuse of its memory; a transport may leave it empty

  // Returns the first header with that name, or "". REQUIRES: name is in lowercase.
  std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return {};
  }
};

// HTTP calls that run concurrently on the caller's thread.
class Transport {
 public:
  using Done = std::function<void(HttpResponse)>;
  using CallId = uint64_t;

  virtual ~Transport() = default;  // aborts calls in flight, without waiting and without running done

  // Starts a call. done runs once, in a later drive(), never in start(). done may call start(). An exception from
  // done leaves drive(); the next drive() runs the other done functions that are due.
  virtual CallId start(HttpRequest request, Done done) = 0;
  // Performs I/O that is due, and runs the done functions of finished calls. Waits for the first of them, at most
  // until deadline_ms; does not wait if the deadline is in the past.
  virtual void drive(int64_t deadline_ms) = 0;
  // Returns a descriptor that is readable when drive() has work to do; -1 if there is nothing to wait for.
  virtual int descriptor() const = 0;
  // Returns the time at which drive() must be called even if the descriptor is not readable.
  virtual int64_t next_deadline_ms() const = 0;
};

// An append-only file with one writer. The destructor releases the lock.
class AppendFile {
 public:
  struct State {
    uint64_t bytes = 0;
    bool in_line = false;   // its last byte is not a newline: a crash or an error interrupted a write
    bool is_named = false;  // its path still leads to it: the file was not moved or deleted
  };
  struct [[nodiscard]] Appended {
    size_t bytes = 0;  // bytes of the lines that are now in the file, complete and in order
    Status status;     // not ok: why the other lines are not in the file
  };

  virtual ~AppendFile() = default;
  virtual Result<State> state() = 0;
  // Appends lines: all of them, or, on a full disk or any other error, as many of the first ones as were written
  // completely. A partially written line is truncated; if that fails, state() reports in_line.
  virtual Appended append(std::string_view lines) = 0;
  // Makes appended lines durable. After success they survive a power failure, and so does the byte before them, so
  // that they still start a new line. After an error, the lines appended since the last successful sync are
  // truncated if possible, and after a power failure the first of them may reappear; append them again.
  virtual Status sync() = 0;
};

// A lock on a path, held until it is destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
  // Returns not ok, with the path, if the locked file was removed or replaced: another process could then lock the
  // new file.
  virtual Status check() { return {}; }
};

class Files {
 public:
  virtual ~Files() = default;
  // Returns the content of the file. Code::too_large if it has more than max_bytes, not_found if it does not
  // exist.
  virtual Result<std::string> read(const std::string& path, size_t max_bytes) = 0;
  // Replaces the file, with mode 0600, by temporary file, fsync, rename, and fsync of the folder. Once it returns
  // ok, the file has the new content, also after a power failure. Before that, and after an error, it has either
  // all of the old content or all of the new. Code::config if path is a symbolic link or a file of another owner.
  virtual Status replace(const std::string& path, std::string_view bytes) = 0;
  // Opens a file for appending and locks it; creates it with mode 0600 if it does not exist. Does not follow
  // symbolic links. Code::config, with the holder, if another process has the lock; also if the file has another
  // owner, a hard link, or a mode beyond 0600.
  virtual Result<std::unique_ptr<AppendFile>> append_to(const std::string& path) = 0;
  // Locks path, which is created if it does not exist and must satisfy the rules of append_to(). Code::config,
  // with the holder's process ID, if another process has the lock.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
  // Renames the file to `to`, in the same folder. ok: permanent (the folder is fsynced). After an error, the file
  // may have either name. Code::config if the name is taken: no file is ever replaced.
  virtual Status rename(const std::string& path, const std::string& to) = 0;
  // Returns the total size of path and of the files in its folder whose names start with its name and a dot; 0 if
  // none exists.
  virtual Result<uint64_t> bytes_of_family(const std::string& path) = 0;
};

enum class LogLevel { error = 1, warn = 2, info = 3, debug = 4 };

// A program to run concurrently with other work. No shell interprets the arguments.
struct ProcessRequest {
  std::vector<std::string> arguments;  // first the program: a path, or a name to look up in PATH
  int64_t timeout_ms = 0;              // limit, after which it is killed with the processes that it started
  size_t max_output_bytes = 0;         // limit, beyond which it is killed too
};

struct ProcessResult {
  Status status;  // not ok: it did not start, or did not exit by itself within its limits
  int exit_code = 0;
  std::string output;  // standard output
  std::string errors;  // the first part of standard error
};

// The access of a stage's instance to the system. The members outlive the instance.
struct Env {
  Clock& clock;
  Random& random;
  Transport& transport;
  Files& files;
  std::function<std::optional<std::string>(const char* name)> variable;  // environment
  std::function<void(LogLevel level, std::string_view line)> log;        // one line; core/ escapes hostile text
  // Log a message that has a code, as every warning and every error does.
  void warn(MessageId id, std::string_view text) const { log(LogLevel::warn, coded(id, text)); }
  void error(MessageId id, std::string_view text) const { log(LogLevel::error, coded(id, text)); }
  // Runs a program. done runs once, in a later drive() of the transport; never, if the transport is destroyed
  // first.
  std::function<void(ProcessRequest request, std::function<void(ProcessResult)> done)> run_process = nullptr;
};

}  // namespace penstock
