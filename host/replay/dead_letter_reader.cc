#include "host/replay/dead_letter_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace penstock::host {

std::unique_ptr<DeadLetterReader> DeadLetterReader::open(const std::string& path, uint64_t max_bytes,
                                                         std::string& error) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat file {};
  if (fd < 0 || fstat(fd, &file) != 0) {
    error = std::strerror(errno);
  } else if (!S_ISREG(file.st_mode)) {
    error = "it is not a regular file";
  } else {
    const uint64_t bytes = std::min(static_cast<uint64_t>(file.st_size), max_bytes);
    return std::unique_ptr<DeadLetterReader>(new DeadLetterReader(fd, file, bytes));
  }
  if (fd >= 0) close(fd);
  return nullptr;
}

DeadLetterReader::~DeadLetterReader() { close(fd_); }

std::string DeadLetterReader::lasting_path() const { return "/proc/self/fd/" + std::to_string(fd_); }

bool DeadLetterReader::is_named(const std::string& path) const {
  struct stat named {};
  return stat(path.c_str(), &named) == 0 && named.st_dev == file_.st_dev && named.st_ino == file_.st_ino;
}

DeadLetterReader::ReadResult DeadLetterReader::next(std::string_view& line) {
  line_.clear();
  bool too_large = false;
  while (true) {
    if (rest_.empty()) {
      const ByteSource::ReadResult answer = source_.next(rest_);
      if (answer == ByteSource::ReadResult::failed) {
        error_ = source_.error();
        return ReadResult::failed;
      }
      if (answer == ByteSource::ReadResult::end && line_.empty() && !too_large) return ReadResult::end;
      cut_short_ = answer == ByteSource::ReadResult::end;
      if (cut_short_) break;
    }
    const size_t end = rest_.find('\n');
    const std::string_view piece = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    too_large = too_large || line_.size() + piece.size() > kMaxLineBytes;
    if (!too_large) line_.append(piece);
    if (end == std::string_view::npos) continue;
    if (!line_.empty() || too_large) break;
    ++number_;  // an empty line
  }
  ++number_;
  line = line_;
  return too_large ? ReadResult::too_large : ReadResult::line;
}

}  // namespace penstock::host
