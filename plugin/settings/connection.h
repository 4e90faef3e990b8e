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
#include "core/aws/call_metrics.h"
#include "core/aws/credentials/credentials_context.h"
#include "core/aws/credentials_cache.h"
#include "core/aws/endpoint_settings.h"
#include "core/aws/service_client.h"
#include "core/aws/service_clock.h"
#include "core/kinesis/stream_name.h"
#include "core/metrics_sink.h"
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
           "AWS region. Default: the region in the stream's ARN, then AWS_REGION, then AWS_DEFAULT_REGION in the "
           "environment, then the profile's region."),
    option("endpoint", "text", nullptr,
           "URL of Kinesis to call instead of the region's AWS endpoint, such as https://host:port. Plain http "
           "only to loopback. Default: AWS_ENDPOINT_URL_KINESIS, then AWS_ENDPOINT_URL in the environment, then "
           "the profile's."),
    option("use_fips", "on|off", nullptr,
           "on: call the region's FIPS 140 validated endpoints; leave endpoint unset. Default: "
           "AWS_USE_FIPS_ENDPOINT in the environment, then use_fips_endpoint of the profile, then off."),
    option("use_dualstack", "on|off", nullptr,
           "on: call the region's endpoints for IPv6 and IPv4; leave endpoint unset. Default: "
           "AWS_USE_DUALSTACK_ENDPOINT in the environment, then use_dualstack_endpoint of the profile, then off."),
    option("allow_plaintext", "on|off", "off",
           "on: allow http endpoints that are not on loopback. Requests can then be read, and responses forged, "
           "on the network."),
    option("ca_file", "path", nullptr,
           "PEM file of the certificate authorities to trust instead of the system's. Certificates are always "
           "verified."),
    option("profile", "text", nullptr,
           "Profile of the shared config and credentials files, as the only source of credentials. Default: the "
           "first source that has credentials, in this order: environment; the profile that AWS_DEFAULT_PROFILE "
           "or AWS_PROFILE names, else the profile default; web identity; container; EC2 instance."),
    option("role_arn", "text", nullptr,
           "ARN of a role to assume with these credentials, for example for a stream in another account. Default: "
           "use the credentials directly."),
    option("external_id", "text", nullptr, "External ID for AssumeRole, if the role's trust policy requires one."),
    option("role_session_name", "text", nullptr,
           "Session name for AssumeRole, which appears in the logs of the role's account. Default: penstock- and "
           "the time."),
    option("sts_endpoint", "text", nullptr,
           "URL of STS, which issues the credentials of roles, to call instead of the region's AWS endpoint. "
           "Plain http only to loopback. Default: AWS_ENDPOINT_URL_STS, then AWS_ENDPOINT_URL in the environment, "
           "then the profile's."),
    option("imds_v1_fallback", "on|off", "off",
           "on: if the metadata service of the EC2 instance issues no token, call it without one (IMDSv1). An "
           "attacker who can make any process of the machine fetch a URL (SSRF) can then get the instance's "
           "credentials."),
    option("connect_timeout", "duration", "5s",
           "Time limit for name resolution, TCP, and TLS together. A call that fails is retried."),
    option("call_timeout", "duration", "30s",
           "Time limit for one call as a whole. A PutRecords call that exceeds it is sent again, so its records "
           "may arrive twice."),
    option("mem_limit", "size", "24M",
           "Memory limit for data: responses, decompressed text, and records in flight. At the limit, the stage "
           "accepts no more data; a single record larger than the limit is processed alone."),
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
  std::unique_ptr<aws::CallMetrics> calls;
  std::unique_ptr<aws::ServiceClient> client;  // for Kinesis, in that region

  // Reports the service calls, and when the credentials expire.
  void stats(const MetricsSink& metrics) const;
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
