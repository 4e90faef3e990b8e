#include "host/util/write_all.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/message_id.h"

namespace penstock::host {

std::string_view write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n >= 0) {
      text.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EAGAIN) {  // another process that shares it has set O_NONBLOCK
      pollfd writable{fd, POLLOUT, 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      break;
    }
  }
  return text;
}

bool print(std::string_view text) {
  if (write_all(STDOUT_FILENO, text).empty()) return true;
  std::fprintf(stderr, "penstock: %s\n",
               coded("PS0906", std::string("cannot write to standard output: ") + std::strerror(errno)).c_str());
  return false;
}

}  // namespace penstock::host
