#include "host/util/file_trust.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/text.h"

namespace penstock::host {

std::string unsafe_to_use(const struct stat& file, uid_t uid) {
  if (uid != 0) return {};
  if (file.st_uid != 0) {
    return "it belongs to user " + std::to_string(file.st_uid) +
           ", and penstock runs as root: chown it to root, or run penstock as another user";
  }
  if ((file.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return "users other than root can write it, and penstock runs as root: chmod go-w it, or run penstock as "
           "another user";
  }
  return {};
}

std::string unsafe_folders(const std::string& path, uid_t uid) {
  if (uid != 0) return {};
  for (size_t slash = 0; slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, std::max<size_t>(slash, 1));
    const std::string about = "the folder '" + printable(folder, kMaxPrintedLineBytes) + "' ";
    struct stat file {};
    if (stat(folder.c_str(), &file) != 0) return about + "cannot be checked: " + std::strerror(errno);
    struct statvfs system {};
    if (statvfs(folder.c_str(), &system) == 0 && (system.f_flag & ST_RDONLY) != 0) continue;
    if (file.st_uid != 0) {
      return about + "belongs to user " + std::to_string(file.st_uid) +
             ", and penstock runs as root: chown it to root, or run penstock as another user";
    }
    if ((file.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (file.st_mode & S_ISVTX) == 0) {
      return about +
             "can be written by users other than root, and penstock runs as root: chmod go-w it, or run penstock "
             "as another user";
    }
  }
  return {};
}

std::string unsafe_to_use(int fd, const std::string& path, uid_t uid, std::string& real_path) {
  real_path = path;
  if (uid != 0) return {};
  struct stat file {};
  if (fstat(fd, &file) != 0) return std::strerror(errno);
  if (std::string reason = unsafe_to_use(file, uid); !reason.empty()) return reason;
  std::array<char, PATH_MAX> buffer{};
  const ssize_t n = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), buffer.data(), buffer.size());
  if (n <= 0) return "penstock runs as root and cannot check the folders of the file without /proc: mount /proc";
  std::string real(buffer.data(), static_cast<size_t>(n));
  if (real.front() != '/') return {};  // a pipe, which has no folder
  real_path = std::move(real);
  std::string reason = unsafe_folders(real_path, uid);
  return reason.empty() ? unsafe_folders(std::filesystem::absolute(path).string(), uid) : reason;
}

std::string hint_of_tilde(const std::string& path) {
  const bool has_tilde = path.starts_with('~') || path.find("/~") != std::string::npos;
  return has_tilde ? " (~ is not expanded; write an absolute path)" : "";
}

bool read_safe_file(const std::string& path, std::string& content, struct stat& file, std::string& error) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    error = std::strerror(errno) + hint_of_tilde(path);
    return false;
  }
  content.clear();
  if (fstat(fd, &file) != 0) {
    error = std::strerror(errno);
  } else if (S_ISDIR(file.st_mode)) {
    error = "it is a folder";
  } else {
    std::string real_path;
    error = unsafe_to_use(fd, path, geteuid(), real_path);
  }
  std::array<char, 16384> buffer{};
  while (error.empty()) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n == 0) break;
    if (n > 0)
      content.append(buffer.data(), static_cast<size_t>(n));
    else if (errno != EINTR)
      error = std::strerror(errno);
  }
  close(fd);
  return error.empty();
}

}  // namespace penstock::host
