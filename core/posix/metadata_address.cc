#include "core/posix/metadata_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace penstock::posix {

namespace {

// In the format of inet_ntop().
constexpr std::array<std::string_view, 6> kSingle = {
    "::1", "169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "fd00:ec2::254"};

}  // namespace

bool is_metadata_address(const sockaddr& address) {
  const std::string text = address_text(address);
  if (address.sa_family == AF_INET && text.starts_with("127.")) return true;
  return std::find(kSingle.begin(), kSingle.end(), text) != kSingle.end();
}

std::string address_text(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  }
  return text;
}

}  // namespace penstock::posix
