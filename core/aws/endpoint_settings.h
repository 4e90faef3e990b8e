// Endpoint settings of the environment and the shared files, and the choice of each service's endpoint,
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/complain.h"
#include "core/aws/aws_profile.h"
#include "core/aws/endpoint.h"
#include "core/env.h"

namespace penstock::aws {

struct EndpointSetting {
  std::string value;   // "" if not set
  std::string source;  // "AWS_ENDPOINT_URL", or "endpoint_url of profile x"
};

struct EndpointSettings {
  std::map<std::string, EndpointSetting, std::less<>> urls;  // by service: kinesis, dynamodb, sts
  EndpointSetting use_fips;                                  // "on" or "off"
  EndpointSetting use_dualstack;
};

// Reads the settings in the order of AWS's tools: AWS_ENDPOINT_URL_KINESIS (_DYNAMODB, _STS), AWS_ENDPOINT_URL,
// the services section that the profile names, endpoint_url of the profile. All of these are ignored if
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or ignore_configured_endpoint_urls is true. AWS_USE_FIPS_ENDPOINT and
// AWS_USE_DUALSTACK_ENDPOINT take precedence over use_fips_endpoint and use_dualstack_endpoint. profile is the
// result of AwsProfiles::chosen(). Complains of switches that are neither true nor false, and of invalid services
// sections; those settings count as not set.
EndpointSettings read_endpoint_settings(Env& env, const AwsProfiles& profiles, const std::string& profile,
                                        const Complain& complain);

// Our own options for one service. They take precedence over all EndpointSettings.
struct EndpointOptions {
  std::string name;           // name of the option with the URL: "sts_endpoint"
  std::string url;            // "" if not given
  std::string use_fips;       // "on", "off", or "" if not given
  std::string use_dualstack;  // the same
  bool allow_plaintext = false;
  bool is_for_one =
      false;  // the URL is for a secondary service, so FIPS and dual-stack may be meant for the other services
};

// Returns the endpoint of a service. Code::config for an invalid URL or region, and for a URL together with FIPS
// or dual-stack, which have addresses of their own.
Result<Endpoint> choose_endpoint(const EndpointSettings& settings, const EndpointOptions& options,
                                 std::string_view service, const std::string& region);

// Logs the endpoint if it is not the region's default.
void log_endpoint(Env& env, const Endpoint& endpoint);

}  // namespace penstock::aws
