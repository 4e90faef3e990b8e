#include "plugin/connection.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/aws/aws_profile.h"
#include "core/aws/default_credentials.h"
#include "core/base/json.h"
#include "plugin/region.h"

namespace penstock {

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
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                  marks.find(c) != std::string_view::npos;
         });
}

Status check_role(const Options& options) {
  const std::string& role = options.text("role_arn");
  const std::string& external_id = options.text("external_id");
  const std::string& session = options.text("role_session_name");
  if (role.empty()) {
    if (external_id.empty() && session.empty()) return {};
    return {Code::config, std::string(external_id.empty() ? "role_session_name" : "external_id") +
                              " is for AssumeRole; set role_arn too, or remove it"};
  }
  if (!is_role_arn(role))
    return {Code::config, "role_arn is \"" + printable(role) +
                              "\", but must be the ARN of a role, like arn:aws:iam::123456789012:role/NAME"};
  if (!external_id.empty() && !is_of(external_id, "+=,.@:/-", 2, 1224))
    return {Code::config, "external_id must have 2 to 1224 letters, digits and _+=,.@:/-"};
  if (!session.empty() && !is_of(session, "+=,.@-", 2, 64))
    return {Code::config, "role_session_name is \"" + printable(session) +
                              "\", but must have 2 to 64 letters, digits and _+=,.@-"};
  return {};
}

Status check_ca_file(const std::string& path) {
  if (path.empty()) return {};
  const Result<std::string> pem = make_system_files()->read(path, kMaxCaFileBytes);
  if (!pem.ok()) return Status(Code::config, pem.status().message()).in("ca_file");
  if (pem->find("-----BEGIN ") != std::string::npos && pem->find("CERTIFICATE-----") != std::string::npos)
    return {};
  return {Code::config, "ca_file " + printable(path) +
                            " has no certificate in PEM form (-----BEGIN CERTIFICATE-----); name a file that has"};
}

EndpointKind endpoint_kind(const Options& options) {
  return {options.on("use_fips"), options.on("use_dualstack")};
}

}  // namespace

Result<Connection> connect(const penstock_host& host, const Options& options, const std::string& likely_region) {
  const bool own_kind = options.on("use_fips") || options.on("use_dualstack");
  if (own_kind && !options.text("endpoint").empty())
    return Status(Code::config, std::string("endpoint and ") +
                                    (options.on("use_fips") ? "use_fips" : "use_dualstack") +
                                    " do not go together: the endpoint names its own address; remove one of them");
  if (Status role = check_role(options); !role.ok()) return role;
  if (Status ca = check_ca_file(options.text("ca_file")); !ca.ok()) return ca;
  CurlOptions curl;
  curl.ca_file = options.text("ca_file");
  curl.connect_timeout_ms = options.duration_ms("connect_timeout");
  Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make(host, curl);
  if (!host_env.ok()) return host_env.status();
  Env& env = (*host_env)->env();
  if (Status status = check_profile(env, options.text("profile")); !status.ok()) return status;

  const Result<std::string> region = find_region(env, options, likely_region);
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

Result<Endpoint> kinesis_endpoint(const Options& options, const std::string& region) {
  return make_endpoint("kinesis", region, options.text("endpoint"), options.on("allow_plaintext"),
                       endpoint_kind(options));
}

Result<std::unique_ptr<ServiceClient>> connect_to_region(const Connection& connection, const Options& options,
                                                         const std::string& region) {
  Result<Endpoint> endpoint = kinesis_endpoint(options, region);
  if (!endpoint.ok()) return endpoint.status();
  return std::make_unique<ServiceClient>(connection.host_env->env(), kKinesisProtocol, std::move(*endpoint),
                                         *connection.credentials, *connection.clock,
                                         options.duration_ms("call_timeout"));
}

}  // namespace penstock
