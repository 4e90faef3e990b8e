#include "plugin/connection.h"

#include <optional>
#include <utility>

#include "core/aws/aws_profile.h"
#include "core/aws/default_credentials.h"
#include "core/aws/endpoint.h"
#include "core/aws/imds.h"
#include "core/aws/text.h"

namespace penstock {

namespace {

// What the profile says, or "".
std::string region_of_profile(Env& env, const std::string& profile) {
  const Result<AwsProfiles> profiles = AwsProfiles::read(env);
  if (!profiles.ok()) return "";
  const std::string named = profile.empty() ? AwsProfiles::named_by(env) : profile;
  const AwsProfile* found = profiles->find(named.empty() ? "default" : named);
  return found == nullptr ? "" : found->text("region");
}

// Waits for the instance's metadata service; each of its two calls takes a second at most.
Result<std::string> region_of_instance(HostEnv& host_env, bool v1_fallback) {
  if (host_env.host_waits()) return Status(Code::config, "not asked, as the host has a clock of its own");
  Env& env = host_env.env();
  Imds imds(env, v1_fallback);
  std::optional<Result<std::string>> answer;
  imds.get("/latest/meta-data/placement/region", [&](Result<std::string> got) { answer = std::move(got); });
  while (!answer) env.transport.drive(kNever);
  if (answer->ok()) return std::string(trimmed(**answer));
  return answer->status();
}

// From the option, what is likely, the environment, the profile, the EC2 instance.
Result<std::string> find_region(HostEnv& host_env, const Options& options, const std::string& likely) {
  Env& env = host_env.env();
  if (!options.text("region").empty()) return options.text("region");
  if (!likely.empty()) return likely;
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (const std::string region = env.variable(name).value_or(""); !region.empty()) return region;
  if (const std::string region = region_of_profile(env, options.text("profile")); !region.empty()) return region;
  Result<std::string> region = region_of_instance(host_env, options.on("imds_v1_fallback"));
  if (region.ok()) return region;
  return Status(
      Code::config,
      "no region: write region, or set AWS_REGION in the environment, like eu-west-1 (instance metadata: " +
          region.status().message() + ")");
}

EndpointKind endpoint_kind(const Options& options) {
  return {options.on("use_fips"), options.on("use_dualstack")};
}

}  // namespace

Result<Connection> connect(const penstock_host& host, const Options& options, const std::string& likely_region) {
  const bool own_kind = options.on("use_fips") || options.on("use_dualstack");
  if (own_kind && !options.text("endpoint").empty())
    return Status(Code::config, "endpoint names an address, and use_fips or use_dualstack another; set only one");
  for (const char* name : {"external_id", "role_session_name"})
    if (!options.text(name).empty() && options.text("role_arn").empty())
      return Status(Code::config,
                    std::string(name) + " is told to a role's owner; write role_arn too, or leave it out");
  CurlOptions curl;
  curl.ca_file = options.text("ca_file");
  curl.connect_timeout_ms = options.duration_ms("connect_timeout");
  Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make(host, curl);
  if (!host_env.ok()) return host_env.status();
  Env& env = (*host_env)->env();
  if (Status status = check_profile(env, options.text("profile")); !status.ok()) return status;

  const Result<std::string> region = find_region(**host_env, options, likely_region);
  if (!region.ok()) return region.status();
  Result<Endpoint> sts = make_endpoint("sts", *region, options.text("sts_endpoint"), options.on("allow_plaintext"),
                                       endpoint_kind(options));
  if (!sts.ok()) return sts.status().in("sts_endpoint");

  const int64_t call_timeout_ms = options.duration_ms("call_timeout");
  const Role role = {options.text("role_arn"), options.text("role_session_name"), options.text("external_id"), ""};
  Connection made;
  made.host_env = std::move(*host_env);
  made.clock = std::make_unique<ServiceClock>(env.clock);
  made.context = std::make_unique<CredentialsContext>(
      CredentialsContext{env, *made.clock, std::move(*sts), call_timeout_ms, options.on("imds_v1_fallback")});
  made.credentials = std::make_unique<CredentialsCache>(
      env, *made.clock, default_credentials(*made.context, options.text("profile"), role));
  made.region = *region;
  Result<std::unique_ptr<ServiceClient>> client = connect_to_region(made, options, *region);
  if (!client.ok()) return client.status();
  made.client = std::move(*client);
  return made;
}

Result<std::unique_ptr<ServiceClient>> connect_to_region(const Connection& connection, const Options& options,
                                                         const std::string& region) {
  Result<Endpoint> endpoint = make_endpoint("kinesis", region, options.text("endpoint"),
                                            options.on("allow_plaintext"), endpoint_kind(options));
  if (!endpoint.ok()) return endpoint.status();
  return std::make_unique<ServiceClient>(connection.host_env->env(), kKinesisProtocol, std::move(*endpoint),
                                         *connection.credentials, *connection.clock,
                                         options.duration_ms("call_timeout"));
}

}  // namespace penstock
