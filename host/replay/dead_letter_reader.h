// Reads a dead-letter file line by line, as it was when it was opened.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "host/util/byte_source.h"

namespace penstock::host {

class DeadLetterReader {
 public:
  // Opens a file, which may be gzip. Reads at most max_bytes, and nothing that is appended later. On failure
  // returns nullptr; error has the reason. Rejects anything but a regular file (a pipe, a folder).
  static std::unique_ptr<DeadLetterReader> open(const std::string& path, uint64_t max_bytes, std::string& error);
  ~DeadLetterReader();
  DeadLetterReader(const DeadLetterReader&) = delete;
  DeadLetterReader& operator=(const DeadLetterReader&) = delete;

  enum class ReadResult { line, too_large, end, failed };
  // Returns the next nonempty line, without its line end; valid until the next call. too_large: the line has more
  // than kMaxLineBytes and is skipped. failed: error() has the reason, and nothing follows.
  ReadResult next(std::string_view& line);

  int64_t number() const { return number_; }     // of the returned line, from 1
  bool cut_short() const { return cut_short_; }  // the returned line has no line end: the file ends in it
  uint64_t bytes() const { return bytes_; }      // bytes of the file to read
  // Returns a path that opens this file while the object lives, even if it is renamed.
  std::string lasting_path() const;
  // Returns whether path is a name of this file.
  bool is_named(const std::string& path) const;
  const std::string& error() const { return error_; }

  // Enough for a record of 10 MiB in base64, with all its members.
  static constexpr size_t kMaxLineBytes = 16 << 20;

 private:
  DeadLetterReader(int fd, const struct stat& file, uint64_t bytes)
      : fd_(fd), file_(file), bytes_(bytes), source_(fd, bytes) {}

  int fd_;
  struct stat file_;
  uint64_t bytes_;
  ByteSource source_;
  std::string_view rest_;  // unread part of the source's last bytes
  std::string line_;
  int64_t number_ = 0;
  bool cut_short_ = false;
  std::string error_;
};

}  // namespace penstock::host
