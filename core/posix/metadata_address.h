// The addresses at which metadata services may be called over plain http. Private to core/posix.
#pragma once

#include <string>

struct sockaddr;

namespace penstock::posix {

// Loopback, instance metadata, and the addresses that ECS and EKS give to containers:
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
inline constexpr const char* kMetadataAddresses =
    "127.0.0.0/8, ::1, 169.254.169.254, 169.254.170.2, 169.254.170.23, fd00:ec2::23, fd00:ec2::254";

bool is_metadata_address(const sockaddr& address);

// Returns the IP address as text, without the port.
std::string address_text(const sockaddr& address);

}  // namespace penstock::posix
