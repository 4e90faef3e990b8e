// What the stages that call Kinesis have in common: options, and what is made of them.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "abi/penstock.h"
#include "core/aws/credentials_cache.h"
#include "core/aws/service_clock.h"
#include "core/kinesis/client.h"
#include "plugin/host_env.h"
#include "plugin/options.h"

namespace penstock {

constexpr penstock_option_info required_option(const char* name, const char* type, const char* help) {
  return {name, type, nullptr, help, 1, 0};
}
constexpr penstock_option_info option(const char* name, const char* type, const char* default_value,
                                      const char* help) {
  return {name, type, default_value, help, 0, 0};
}

inline constexpr std::array kConnectionOptions = {
    required_option("stream", "text", "Name of the Kinesis data stream."),
    option("region", "text", nullptr,
           "AWS region. Left out: AWS_REGION, then AWS_DEFAULT_REGION, of the environment."),
    option("endpoint", "text", nullptr,
           "Address to call in place of AWS's own for the region, like https://host:port. Plain http only to "
           "loopback."),
    option("allow_plaintext", "on|off", "off",
           "on: an http endpoint may be off loopback. Requests can then be read and answers forged on the way."),
    option("ca_file", "text", nullptr,
           "PEM file of the certificate authorities to trust in place of the system's. Certificates are always "
           "checked."),
    option("profile", "text", nullptr,
           "Profile of the shared credentials file. Left out: the environment's keys, then AWS_PROFILE, then "
           "default."),
    option("connect_timeout", "duration", "5s",
           "For name, TCP and TLS together. A call that fails is made again."),
    option("call_timeout", "duration", "30s",
           "For one whole call. A PutRecords that passes it is sent again, so its records may arrive twice."),
    option(
        "mem_limit", "size", "24M",
        "Memory for data: answers, inflated text, records in flight. At it the stage stops taking more; a single "
        "record that is larger is let through alone."),
};

template <size_t A, size_t B>
constexpr auto joined(const std::array<penstock_option_info, A>& a, const std::array<penstock_option_info, B>& b) {
  std::array<penstock_option_info, A + B> all{};
  for (size_t i = 0; i < A; ++i) all[i] = a[i];
  for (size_t i = 0; i < B; ++i) all[A + i] = b[i];
  return all;
}

// What an instance's calls share. The members stay where they are when it is moved.
struct Connection {
  std::unique_ptr<HostEnv> host_env;
  std::unique_ptr<ServiceClock> clock;
  std::unique_ptr<CredentialsCache> credentials;
  std::unique_ptr<KinesisClient> client;
};

// Makes no call yet. Code::config where region or endpoint will not do.
Result<Connection> connect(const penstock_host& host, const Options& options);

}  // namespace penstock
