#include "host/safety.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace penstock::host {

std::string unsafe_to_use(const struct stat& file, uid_t uid) {
  if (uid != 0) return {};
  if (file.st_uid != 0) {
    return "it belongs to user " + std::to_string(file.st_uid) +
           " and penstock runs as root: chown it to root, or run penstock as another user";
  }
  if ((file.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return "users other than root may write it and penstock runs as root: chmod go-w it, or run penstock as "
           "another user";
  }
  return {};
}

bool read_safe_file(const std::string& path, std::string& content, struct stat& file, std::string& error) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    error = std::strerror(errno);
    return false;
  }
  content.clear();
  if (fstat(fd, &file) != 0) {
    error = std::strerror(errno);
  } else if (S_ISDIR(file.st_mode)) {
    error = "it is a folder";
  } else {
    error = unsafe_to_use(file, geteuid());
  }
  std::array<char, 16384> buffer{};
  while (error.empty()) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n == 0) break;
    if (n > 0) {
      content.append(buffer.data(), static_cast<size_t>(n));
    } else if (errno != EINTR) {
      error = std::strerror(errno);
    }
  }
  close(fd);
  return error.empty();
}

}  // namespace penstock::host
