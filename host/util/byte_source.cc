#include "host/util/byte_source.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace penstock::host {

namespace {
constexpr size_t kChunkBytes = 65536;
}  // namespace

struct ByteSource::Inflater {
  Inflater() : out(kChunkBytes) { ready = inflateInit2(&stream, 15 + 16) == Z_OK; }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
  std::vector<char> out;
  bool ready = false;
  bool between_members = false;  // after a complete member
  bool padding = false;          // zero bytes follow a member
};

ByteSource::ByteSource(int fd, uint64_t max_bytes) : fd_(fd), unread_(max_bytes), buffer_(kChunkBytes) {}
ByteSource::~ByteSource() = default;

ByteSource::ReadResult ByteSource::fail(std::string error) {
  error_ = std::move(error);
  return ReadResult::failed;
}

// Reads once, after what is in input_. Returns false at the end, or if error_ is set.
bool ByteSource::fill() {
  if (!input_.empty()) std::memmove(buffer_.data(), input_.data(), input_.size());
  const size_t kept = input_.size();
  const size_t room = std::min<uint64_t>(buffer_.size() - kept, unread_);
  ssize_t n = 0;
  do {
    n = read(fd_, buffer_.data() + kept, room);
  } while (n < 0 && errno == EINTR);
  if (n < 0) error_ = std::string("cannot be read: ") + std::strerror(errno);
  at_end_ = n <= 0;
  if (n > 0) unread_ -= static_cast<uint64_t>(n);
  input_ = {buffer_.data(), kept + (n > 0 ? static_cast<size_t>(n) : 0)};
  return n > 0;
}

ByteSource::ReadResult ByteSource::next(std::string_view& bytes) {
  while (!sniffed_) {
    if (input_.size() < 2 && fill()) continue;
    if (!error_.empty()) return ReadResult::failed;
    sniffed_ = true;
    if (input_.starts_with("\x1f\x8b")) inflater_ = std::make_unique<Inflater>();
  }
  if (inflater_) return inflate(bytes);
  if (input_.empty() && !at_end_) fill();
  if (!error_.empty()) return ReadResult::failed;
  bytes = input_;
  input_ = {};
  return bytes.empty() ? ReadResult::end : ReadResult::bytes;
}

ByteSource::ReadResult ByteSource::inflate(std::string_view& bytes) {
  Inflater& in = *inflater_;
  if (!in.ready) return fail("out of memory while inflating gzip data");
  while (true) {
    if (input_.empty() && !at_end_) fill();
    if (!error_.empty()) return ReadResult::failed;
    if (in.between_members) {
      constexpr std::string_view kPadding("\0\r\n", 3);
      const size_t end = std::min(input_.find_first_not_of(kPadding), input_.size());
      in.padding = in.padding || input_.substr(0, end).find('\0') != input_.npos;
      input_.remove_prefix(end);
      if (input_.empty() && at_end_) return ReadResult::end;
      if (input_.empty()) continue;
      if (in.padding || input_.front() != '\x1f') return fail("the data after the gzip data is not gzip");
      inflateReset(&in.stream);
      in.between_members = false;
    }
    if (input_.empty()) return fail("the gzip data ends too early");
    in.stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input_.data()));
    in.stream.avail_in = static_cast<uInt>(input_.size());
    in.stream.next_out = reinterpret_cast<Bytef*>(in.out.data());
    in.stream.avail_out = static_cast<uInt>(in.out.size());
    const int result = ::inflate(&in.stream, Z_SYNC_FLUSH);
    input_.remove_prefix(input_.size() - in.stream.avail_in);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) error_ = "the gzip data is damaged";
    in.between_members = result == Z_STREAM_END;
    const size_t made = in.out.size() - in.stream.avail_out;
    if (made == 0) continue;
    bytes = {in.out.data(), made};
    return ReadResult::bytes;
  }
}

}  // namespace penstock::host
