// What the environment and the shared files say about endpoints, and which one a service gets in the end,
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
  std::string value;   // "": not set
  std::string source;  // "AWS_ENDPOINT_URL", or "endpoint_url of profile x"
};

struct EndpointSettings {
  std::map<std::string, EndpointSetting, std::less<>> urls;  // by service: kinesis, dynamodb, sts
  EndpointSetting use_fips;                                  // "on" or "off"
  EndpointSetting use_dualstack;
};

// In the order of AWS's tools: AWS_ENDPOINT_URL_KINESIS (_DYNAMODB, _STS), AWS_ENDPOINT_URL, the services section
// that the profile names, endpoint_url of the profile; none of these if AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or
// ignore_configured_endpoint_urls is true. AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT go before
// use_fips_endpoint and use_dualstack_endpoint. profile as in AwsProfiles::chosen(). Complains of switches that
// are neither true nor false, and of services sections that cannot be used; these settings count as not set.
EndpointSettings read_endpoint_settings(Env& env, const AwsProfiles& profiles, const std::string& profile,
                                        const Complain& complain);

// What our own options say about one service, which goes before all others.
struct EndpointOptions {
  std::string name;           // of the option with the URL: "sts_endpoint"
  std::string url;            // "": not given
  std::string use_fips;       // "on", "off", or "" if not given
  std::string use_dualstack;  // the same
  bool allow_plaintext = false;
  bool is_for_one =
      false;  // the URL is of a side service, so FIPS and dual-stack may be meant for the other services
};

// The endpoint of a service. Code::config for a URL or a region that will not do, and for a URL next to FIPS or
// dual-stack, which have addresses of their own.
Result<Endpoint> choose_endpoint(const EndpointSettings& settings, const EndpointOptions& options,
                                 std::string_view service, const std::string& region);

// A line for an endpoint that is not the region's usual one.
void log_endpoint(Env& env, const Endpoint& endpoint);

}  // namespace penstock::aws
