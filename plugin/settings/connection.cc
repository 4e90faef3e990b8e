#include "plugin/settings/connection.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "core/aws/aws_profile.h"
#include "core/aws/credentials/default_credentials.h"
#include "plugin/settings/region.h"

namespace penstock::plugin {

namespace {

constexpr size_t kMaxCaFileBytes = size_t{16} << 20;

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// arn:PARTITION:iam::ACCOUNT:role/PATH-AND-NAME
bool is_role_arn(std::string_view text) {
  if (!text.starts_with("arn:aws")) return false;
  const size_t iam = text.find(":iam::");
  if (iam == std::string_view::npos || text.find(':', 4) != iam) return false;
  const std::string_view rest = text.substr(iam + 6);
  return is_account(rest.substr(0, 12)) && rest.substr(12).starts_with(":role/") && rest.size() > 18;
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
bool is_of(std::string_view text, std::string_view marks, size_t least, size_t most) {
  return text.size() >= least && text.size() <= most && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_alphanumeric(c) || c == '_' || marks.find(c) != std::string_view::npos;
         });
}

Status check_role_arn(const std::string& role) {
  if (role.empty() || is_role_arn(role)) return {};
  return {Code::config, "PS0113",
          "invalid ARN '" + printable(role) +
              "' for role_arn: expected the ARN of a role, such as arn:aws:iam::123456789012:role/NAME"};
}

Status check_has_role(const Options& options, const std::string& name) {
  if (!options.text("role_arn").empty()) return {};
  return {Code::config, "PS0114", name + " has no effect without role_arn: set role_arn, or remove " + name};
}

Status check_external_id(const Options& options) {
  const std::string& external_id = options.text("external_id");
  if (external_id.empty()) return {};
  if (Status status = check_has_role(options, "external_id"); !status.ok()) return status;
  if (is_of(external_id, "+=,.@:/-", 2, 1224)) return {};
  return {Code::config, "PS0115", "invalid external_id: expected 2 to 1224 letters, digits, and _+=,.@:/-"};
}

Status check_session_name(const Options& options) {
  const std::string& session = options.text("role_session_name");
  if (session.empty()) return {};
  if (Status status = check_has_role(options, "role_session_name"); !status.ok()) return status;
  if (is_of(session, "+=,.@-", 2, 64)) return {};
  return {Code::config, "PS0115",
          "invalid role_session_name '" + printable(session) + "': expected 2 to 64 letters, digits, and _+=,.@-"};
}

Status check_ca_file(const std::string& path) {
  if (path.empty()) return {};
  const Result<std::string> pem = posix::make_system_files()->read(path, kMaxCaFileBytes);
  if (!pem.ok()) return pem.status().with_code(Code::config).in("ca_file");
  if (pem->find("-----BEGIN ") != std::string::npos && pem->find("CERTIFICATE-----") != std::string::npos)
    return {};
  return {Code::config, "PS0117",
          "ca_file " + printable(path) +
              " has no certificate in PEM form (-----BEGIN CERTIFICATE-----): name a file that has one"};
}

Result<aws::Endpoint> endpoint_of(const aws::EndpointSettings& settings, const Options& options,
                                  std::string_view service, const std::string& url_option,
                                  const std::string& region) {
  const bool is_for_one = url_option != "endpoint";
  return aws::choose_endpoint(settings,
                              {url_option, options.text(url_option), options.text("use_fips"),
                               options.text("use_dualstack"), options.on("allow_plaintext"), is_for_one},
                              service, region);
}

}  // namespace

void Connection::stats(const MetricsSink& metrics) const {
  calls->stats(metrics);
  if (const std::optional<int64_t> expires_at_ms = credentials->expires_at_ms())
    metrics.gauge("credentials_expiry_timestamp_ms", "ms",
                  "when the current credentials expire, Unix time; not reported if they do not", *expires_at_ms);
}

void check_connection(const Options& options, const std::vector<kinesis::StreamName>& streams, bool with_table,
                      const Complain& complain) {
  complain(check_role_arn(options.text("role_arn")));
  complain(check_external_id(options));
  complain(check_session_name(options));
  complain(check_ca_file(options.text("ca_file")));
  const Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make({}, {});
  complain(host_env.status());
  if (!host_env.ok()) return;
  Env& env = (*host_env)->env();

  Result<aws::AwsProfiles> profiles = aws::AwsProfiles::read_settings(env, options.text("profile"));
  complain(profiles.status());
  const bool may_be_elsewhere = streams.empty() || !profiles.ok();  // the region, unless the option is set
  if (!profiles.ok()) profiles = aws::AwsProfiles();
  const std::string profile = aws::AwsProfiles::chosen(env, options.text("profile"));
  const Result<std::string> region = find_region(env, options, region_of(streams), *profiles, profile);
  complain(!may_be_elsewhere || !options.text("region").empty() ? region.status() : Status());

  const aws::EndpointSettings endpoints = aws::read_endpoint_settings(env, *profiles, profile, complain);
  // Whether a given address is valid does not depend on the region.
  const std::string any_region = region.ok() ? *region : "us-east-1";
  complain(endpoint_of(endpoints, options, "sts", "sts_endpoint", any_region).status());
  complain(endpoint_of(endpoints, options, "kinesis", "endpoint", any_region).status());
  if (with_table) complain(endpoint_of(endpoints, options, "dynamodb", "dynamodb_endpoint", any_region).status());
}

std::string region_of(const std::vector<kinesis::StreamName>& streams) {
  const bool all = std::all_of(streams.begin(), streams.end(),
                               [](const kinesis::StreamName& stream) { return !stream.region.empty(); });
  return all && !streams.empty() ? streams.front().region : "";
}

Result<ServicePlaces> find_places(Env& env, const Options& options, const std::string& likely_region) {
  const Result<aws::AwsProfiles> profiles = aws::AwsProfiles::read_settings(env, options.text("profile"));
  if (!profiles.ok()) return profiles.status();
  const std::string profile = aws::AwsProfiles::chosen(env, options.text("profile"));
  Result<std::string> region = find_region(env, options, likely_region, *profiles, profile);
  if (!region.ok()) return region.status();
  Result<aws::EndpointSettings> endpoints = or_first_problem(
      [&](const Complain& complain) { return aws::read_endpoint_settings(env, *profiles, profile, complain); });
  if (!endpoints.ok()) return endpoints.status();
  return ServicePlaces{std::move(*endpoints), std::move(*region)};
}

Result<Connection> connect(const penstock_host& host, const Options& options, const std::string& likely_region) {
  posix::CurlOptions curl;
  curl.ca_file = options.text("ca_file");
  curl.connect_timeout_ms = options.duration_ms("connect_timeout");
  Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make(host, curl);
  if (!host_env.ok()) return host_env.status();
  Env& env = (*host_env)->env();
  Result<ServicePlaces> places = find_places(env, options, likely_region);
  if (!places.ok()) return places.status();
  Result<aws::Endpoint> sts = endpoint_of(places->endpoints, options, "sts", "sts_endpoint", places->region);
  if (!sts.ok()) return sts.status();
  aws::log_endpoint(env, *sts);

  const int64_t call_timeout_ms = options.duration_ms("call_timeout");
  const aws::Role role = {options.text("role_arn"), options.text("role_session_name"), options.text("external_id"),
                          ""};
  Connection made = {std::move(*places), {}, {}, {}, {}, {}, {}};
  made.host_env = std::move(*host_env);
  made.clock = std::make_unique<aws::ServiceClock>(env.clock);
  made.context = std::make_unique<aws::CredentialsContext>(
      aws::CredentialsContext{env, *made.clock, std::move(*sts), call_timeout_ms, options.on("imds_v1_fallback")});
  made.credentials = std::make_unique<aws::CredentialsCache>(
      env, *made.clock, aws::default_credentials(*made.context, options.text("profile"), role));
  made.calls = std::make_unique<aws::CallMetrics>();
  Result<std::unique_ptr<aws::ServiceClient>> client = connect_to_region(made, options, made.region);
  if (!client.ok()) return client.status();
  made.client = std::move(*client);
  return made;
}

Result<aws::Endpoint> kinesis_endpoint(const ServicePlaces& places, const Options& options,
                                       const std::string& region) {
  return endpoint_of(places.endpoints, options, "kinesis", "endpoint", region);
}

Result<std::unique_ptr<aws::ServiceClient>> connect_to_service(
    const Connection& connection, const Options& options, const aws::JsonProtocol& protocol,
    std::string_view service, const std::string& url_option, const std::string& region, int64_t call_timeout_ms) {
  Result<aws::Endpoint> endpoint = endpoint_of(connection.endpoints, options, service, url_option, region);
  if (!endpoint.ok()) return endpoint.status();
  aws::log_endpoint(connection.host_env->env(), *endpoint);
  return std::make_unique<aws::ServiceClient>(connection.host_env->env(), protocol, std::move(*endpoint),
                                              *connection.credentials, *connection.clock, *connection.calls,
                                              call_timeout_ms);
}

Result<std::unique_ptr<aws::ServiceClient>> connect_to_region(const Connection& connection, const Options& options,
                                                              const std::string& region) {
  return connect_to_service(connection, options, aws::kKinesisProtocol, "kinesis", "endpoint", region,
                            options.duration_ms("call_timeout"));
}

}  // namespace penstock::plugin
