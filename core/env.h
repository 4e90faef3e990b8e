// The one seam between core/ and the system: clock, randomness, network, files, environment, log.
// core/posix/ has the real ones; tests and simulations bring their own.
//
// Everything here is used from one thread at a time, the thread that drives the instance.
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

inline constexpr int64_t kNever = INT64_MAX;  // a deadline that does not come

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t wall_ms() = 0;       // Unix time; may jump
  virtual int64_t monotonic_ms() = 0;  // never goes back; all deadlines are on this one
  // Never goes back, and goes on while the machine sleeps, where the clock can: what others see as time.
  virtual int64_t boot_ms() { return monotonic_ms(); }
};

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t next() = 0;  // 64 uniform bits; for jitter, not for keys
};

struct HttpRequest {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // Content-Length and Host are the transport's
  std::string body;
  int64_t timeout_ms = 0;         // for the whole call
  size_t max_response_bytes = 0;  // a longer body ends the call with Code::too_large
  // For services that give keys to whoever asks on this machine: no proxy, a connection of its own, and, where the
  // URL is plain http, only to addresses of this machine and of AWS's metadata services, judged by the address
  // that is connected to (Code::config for any other).
  bool to_metadata = false;
};

struct HttpResponse {
  // Not ok: no whole response came, and the rest is empty. Code::transient, too_large, or where the call as it
  // stands can never work: config (URL, certificate), invalid (the request itself).
  Status transport;
  int http_status = 0;
  bool over_tls = false;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  // The first header of that name (lower case), or "".
  std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return {};
  }
};

// HTTP calls that run side by side on the caller's thread.
class Transport {
 public:
  using Done = std::function<void(HttpResponse)>;
  using CallId = uint64_t;

  virtual ~Transport() = default;  // ends calls under way without telling them, without waiting

  // Begins a call. done runs once, inside a later drive(), never inside start(). It may call start(). What it
  // throws leaves drive(), and others that are due are told by the next one.
  virtual CallId start(HttpRequest request, Done done) = 0;
  // Runs I/O that is due and the done functions of calls that ended. Waits until deadline_ms for the first
  // of them, never beyond; a deadline in the past does not wait.
  virtual void drive(int64_t deadline_ms) = 0;
  // Readable when drive() has something to do; -1 where there is nothing to wait on.
  virtual int descriptor() const = 0;
  // When drive() wants to be called even if the descriptor stays quiet.
  virtual int64_t next_deadline_ms() const = 0;
};

// A file that only grows, with one writer. Closing it gives up the lock.
class AppendFile {
 public:
  struct State {
    uint64_t bytes = 0;
    bool in_line = false;   // its last byte is no newline: a crash or an error cut a write short
    bool is_named = false;  // its path still leads to it: nobody has moved or deleted it
  };
  struct [[nodiscard]] Appended {
    size_t bytes = 0;  // of the lines that are in the file now, whole and in order
    Status status;     // not ok: why the other lines are not
  };

  virtual ~AppendFile() = default;
  virtual Result<State> state() = 0;
  // Appends lines: all of them, or, on a full disk and after any other error, as many of the first ones as were
  // written whole. The beginning of the next one is cut off again; where that fails, state() says in_line.
  virtual Appended append(std::string_view lines) = 0;
  // After it, what was appended survives a power cut, and what was before it ends with the byte that it ends with
  // now. After an error, what was appended since the last good sync is cut off again, as far as that can be done,
  // and a power cut may bring a beginning of it back: append it again.
  virtual Status sync() = 0;
};

// A lock on a path, held until destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
  // Whether the path still leads to the locked file. Not ok, with the path, once it was removed or replaced: then
  // another process could lock the new one.
  virtual Status check() { return {}; }
};

class Files {
 public:
  virtual ~Files() = default;
  // The whole file, of at most max_bytes. Code::not_found where there is none.
  virtual Result<std::string> read(const std::string& path, size_t max_bytes) = 0;
  // Replaces the file, mode 0600: afterwards, also after a power cut, it holds all of bytes; before, all that it
  // held; after an error, all of the one or all of the other (temporary file, fsync, rename, fsync of the folder).
  // Code::config where path is a symbolic link or a file of another owner.
  virtual Status replace(const std::string& path, std::string_view bytes) = 0;
  // Opens to append, creates with mode 0600, follows no symbolic link, locks. Code::config with who holds
  // it where another process does, and for a file that has another owner, a hard link, or a mode beyond 0600.
  virtual Result<std::unique_ptr<AppendFile>> append_to(const std::string& path) = 0;
  // Locks path (creating it), which is held to the rules of append_to(); Code::config with the holder's pid where
  // another process has the lock.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
  // Gives the file the name to, in the same folder, for good when ok (fsync of the folder); after an error it may
  // have either. Code::config where that name is taken: nothing is ever replaced.
  virtual Status rename(const std::string& path, const std::string& to) = 0;
  // The bytes of path and of the files beside it whose names begin with its own and a dot; 0 where there are none.
  virtual Result<uint64_t> bytes_of_family(const std::string& path) = 0;
};

enum class LogLevel { error = 1, warn = 2, info = 3, debug = 4 };

// A program to run beside what else is done. No shell reads the arguments.
struct ProcessRequest {
  std::vector<std::string> arguments;  // first the program: a path, or a name to look for in PATH
  int64_t timeout_ms = 0;              // then it is killed, and what it started with it
  size_t max_output_bytes = 0;         // if it writes more it is killed too
};

struct ProcessResult {
  Status status;  // not ok: it did not start, or did not end by itself within its limits
  int exit_code = 0;
  std::string output;  // standard output
  std::string errors;  // the beginning of standard error
};

// All of the system that an instance of a stage uses. The members outlive it.
struct Env {
  Clock& clock;
  Random& random;
  Transport& transport;
  Files& files;
  std::function<std::optional<std::string>(const char* name)> variable;  // environment
  std::function<void(LogLevel level, std::string_view line)> log;        // one line; core escapes hostile text
  // Runs a program; done runs once, inside a later drive() of the transport, never if that is destroyed first.
  std::function<void(ProcessRequest request, std::function<void(ProcessResult)> done)> run_process = nullptr;
};

}  // namespace penstock
