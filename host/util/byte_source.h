// Bytes from a file or a pipe, inflated where they are gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {

class ByteSource {
 public:
  // fd is borrowed; of it max_bytes are read at most. Whether it is gzip is told by its first two bytes.
  explicit ByteSource(int fd, uint64_t max_bytes = UINT64_MAX);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  enum class ReadResult { bytes, end, failed };
  // Waits for something to read and gives out what there is, without waiting for more. bytes lives until the next
  // call. Several gzip members are one text. Line endings between them, and after the last zero bytes and line
  // endings, are padding. failed: error() tells why, and there is no more.
  ReadResult next(std::string_view& bytes);

  const std::string& error() const { return error_; }

 private:
  struct Inflater;

  bool fill();
  ReadResult inflate(std::string_view& bytes);
  ReadResult fail(std::string error);

  int fd_;
  uint64_t unread_;  // of what may be read
  std::vector<char> buffer_;
  std::string_view input_;  // what is read and not yet given out or inflated
  bool at_end_ = false;
  bool sniffed_ = false;
  std::unique_ptr<Inflater> inflater_;
  std::string error_;
};

}  // namespace penstock::host
