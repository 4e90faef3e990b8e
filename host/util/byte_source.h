// Bytes from a file or a pipe, inflated if they are gzip.
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
  // Borrows fd, and reads at most max_bytes from it. The first two bytes determine whether it is gzip.
  explicit ByteSource(int fd, uint64_t max_bytes = UINT64_MAX);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  enum class ReadResult { bytes, end, failed };
  // Waits until there is something to read, and returns it without waiting for more. bytes is valid until the next
  // call. Several gzip members are one text; line endings between them, and zero bytes and line endings after the
  // last, are padding. failed: error() has the reason, and nothing follows.
  ReadResult next(std::string_view& bytes);

  const std::string& error() const { return error_; }

 private:
  struct Inflater;

  bool fill();
  ReadResult inflate(std::string_view& bytes);
  ReadResult fail(std::string error);

  int fd_;
  uint64_t unread_;  // bytes that may still be read
  std::vector<char> buffer_;
  std::string_view input_;  // read, but not yet returned or inflated
  bool at_end_ = false;
  bool sniffed_ = false;
  std::unique_ptr<Inflater> inflater_;
  std::string error_;
};

}  // namespace penstock::host
