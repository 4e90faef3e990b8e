// Reading a failure file line by line, as it was when it was opened.
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
  // The file may be gzip. Not more than max_bytes of it are read, and not what others append to it from now on.
  // nullptr: error says why it cannot be read. What is no file (a pipe, a folder) is refused.
  static std::unique_ptr<DeadLetterReader> open(const std::string& path, uint64_t max_bytes, std::string& error);
  ~DeadLetterReader();
  DeadLetterReader(const DeadLetterReader&) = delete;
  DeadLetterReader& operator=(const DeadLetterReader&) = delete;

  enum class ReadResult { line, too_large, end, failed };
  // The next line that is not empty, without its end, until the next call. too_large: it has more than
  // kMaxLineBytes and is left out. failed: error() says why, and there is no more.
  ReadResult next(std::string_view& line);

  int64_t number() const { return number_; }     // of the line that was answered, from 1
  bool cut_short() const { return cut_short_; }  // that line has no end: the file ends in it
  uint64_t bytes() const { return bytes_; }      // of the file that are read
  // A path that opens this very file while this object lives, whatever others rename.
  std::string lasting_path() const;
  // Whether that is a name of this very file.
  bool is_named(const std::string& path) const;
  const std::string& error() const { return error_; }

  // A record of 10 MiB in base64, with all that is known of it.
  static constexpr size_t kMaxLineBytes = 16 << 20;

 private:
  DeadLetterReader(int fd, const struct stat& file, uint64_t bytes)
      : fd_(fd), file_(file), bytes_(bytes), source_(fd, bytes) {}

  int fd_;
  struct stat file_;
  uint64_t bytes_;
  ByteSource source_;
  std::string_view rest_;  // of what the source gave last
  std::string line_;
  int64_t number_ = 0;
  bool cut_short_ = false;
  std::string error_;
};

}  // namespace penstock::host
