// Options that the stages which call Kinesis share, and the connection made from them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "core/aws/credentials/credentials_context.h"
#include "core/aws/credentials_cache.h"
#include "core/aws/endpoint_settings.h"
#include "core/aws/service_client.h"
#include "core/aws/service_clock.h"
#include "core/kinesis/stream_name.h"
#include "plugin/abi/host_env.h"
#include "plugin/abi/options.h"

namespace penstock::plugin {

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
           "AWS region. Default: AWS_REGION, then AWS_DEFAULT_REGION, of the environment, then the profile's."),
    option("endpoint", "text", nullptr,
           "Address to call in place of AWS's own for the region, like https://host:port. Plain http only to "
           "loopback. Default: AWS_ENDPOINT_URL_KINESIS, then AWS_ENDPOINT_URL, of the environment, then the "
           "profile's."),
    option("use_fips", "on|off", nullptr,
           "on: the region's endpoints that FIPS 140 validates; endpoint must be left out. Default: "
           "AWS_USE_FIPS_ENDPOINT, then use_fips_endpoint of the profile, then off."),
    option("use_dualstack", "on|off", nullptr,
           "on: the region's endpoints for IPv6 and IPv4; endpoint must be left out. Default: "
           "AWS_USE_DUALSTACK_ENDPOINT, then use_dualstack_endpoint of the profile, then off."),
    option("allow_plaintext", "on|off", "off",
           "on: an http endpoint may be off loopback. Requests can then be read and answers forged on the way."),
    option("ca_file", "path", nullptr,
           "PEM file of the certificate authorities to trust in place of the system's. Certificates are always "
           "checked."),
    option("profile", "text", nullptr,
           "Profile of the shared config and credentials files, as the only source of credentials. Left out: "
           "environment, AWS_DEFAULT_PROFILE, AWS_PROFILE or default of these files, web identity, container, EC2 "
           "instance, in that order."),
    option("role_arn", "text", nullptr,
           "Role to assume with these credentials, as for a stream of another account."),
    option("external_id", "text", nullptr, "What the role's owner wants to be told when it is assumed."),
    option("role_session_name", "text", nullptr,
           "Name of the session, in the logs of the role's owner. Left out: "
           "penstock- and the time."),
    option(
        "sts_endpoint", "text", nullptr,
        "Address that gives the keys of roles, in place of AWS's own for the region. Plain http only to "
        "loopback. Default: AWS_ENDPOINT_URL_STS, then AWS_ENDPOINT_URL, of the environment, then the profile's."),
    option(
        "imds_v1_fallback", "on|off", "off",
        "on: where the EC2 instance's metadata service gives no token, ask it without one. Then whoever can make "
        "a process of the machine fetch a URL can get its keys."),
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

// The locations of an instance's services.
struct ServicePlaces {
  aws::EndpointSettings endpoints;  // from the environment and the profile
  std::string region;               // for everything without a region of its own
};

// The state that an instance's calls share. Its members do not move when it is moved.
struct Connection : ServicePlaces {
  std::unique_ptr<HostEnv> host_env;
  std::unique_ptr<aws::ServiceClock> clock;
  std::unique_ptr<aws::CredentialsContext> context;
  std::unique_ptr<aws::CredentialsCache> credentials;
  std::unique_ptr<aws::ServiceClient> client;  // for Kinesis, in that region
};

// Reports each of role, ca_file, profile, region, and endpoints that cannot be used. streams: empty if they could
// not be read. with_table: DynamoDB is called too.
void check_connection(const Options& options, const std::vector<kinesis::StreamName>& streams, bool with_table,
                      const Complain& complain);

// Returns the region of the first stream if all of them have one, else "".
std::string region_of(const std::vector<kinesis::StreamName>& streams);

// Returns the region and the endpoint settings. Returns Code::config if no region is set, or a setting of the
// environment or the profile is invalid. Makes no call, and changes nothing. likely_region: see find_region().
Result<ServicePlaces> find_places(Env& env, const Options& options, const std::string& likely_region);

// Returns the same, and everything that is needed to call the services. REQUIRES: options passed
// check_connection().
Result<Connection> connect(const penstock_host& host, const Options& options,
                           const std::string& likely_region = "");

// Returns the endpoint of Kinesis for streams of that region.
Result<aws::Endpoint> kinesis_endpoint(const ServicePlaces& places, const Options& options,
                                       const std::string& region);

// Returns a client of a service in the connection's region or another one; url_option: option like "endpoint". The
// connection must outlive it.
Result<std::unique_ptr<aws::ServiceClient>> connect_to_service(
    const Connection& connection, const Options& options, const aws::JsonProtocol& protocol,
    std::string_view service, const std::string& url_option, const std::string& region, int64_t call_timeout_ms);

// Returns another client of Kinesis, for streams of another region. The connection must outlive it.
Result<std::unique_ptr<aws::ServiceClient>> connect_to_region(const Connection& connection, const Options& options,
                                                              const std::string& region);

}  // namespace penstock::plugin
