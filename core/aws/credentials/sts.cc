#include "core/aws/credentials/sts.h"

#include <optional>
#include <utility>

#include "base/text.h"
#include "core/aws/aws_error.h"
#include "core/aws/credentials/xml_text.h"
#include "core/aws/signed_request.h"

namespace penstock::aws {

namespace {

constexpr size_t kMaxResponseBytes = size_t{64} * 1024;

// Appends a field of an application/x-www-form-urlencoded form. Skips an empty value.
void append_field(std::string& form, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  form.append(form.empty() ? "" : "&").append(name) += '=';
  append_percent_encoded(form, value);
}

HttpRequest request_of(const CredentialsContext& context, std::string_view action) {
  HttpRequest request = post_to(context.sts);
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.timeout_ms = context.sts_timeout_ms;
  request.max_response_bytes = kMaxResponseBytes;
  append_field(request.body, "Action", action);
  append_field(request.body, "Version", "2011-06-15");
  return request;
}

HttpRequest request_of(const CredentialsContext& context, std::string_view action, const Role& role) {
  HttpRequest request = request_of(context, action);
  const std::string made_name = "penstock-" + std::to_string(context.clock.now_ms());
  append_field(request.body, "RoleArn", role.arn);
  append_field(request.body, "RoleSessionName", role.session_name.empty() ? made_name : role.session_name);
  append_field(request.body, "DurationSeconds", role.duration_s);
  return request;
}

// Returns whether STS rejected the signature because of the time. STS has one code for all invalid signatures;
// only the message says why.
bool is_clock_skew(std::string_view code, std::string_view message) {
  return code == "SignatureDoesNotMatch" &&
         (message.starts_with("Signature expired") || message.starts_with("Signature not yet current"));
}

Status sts_error(std::string_view operation, const HttpResponse& response) {
  const std::string error = xml_element(response.body, "Error").value_or("");
  const std::string code = xml_text(error, "Code");
  const std::string message = xml_text(error, "Message");
  Status status = aws_error(operation, response.http_status, code, message);
  if (is_clock_skew(code, message)) return {Code::clock_skew, "PS0282", status.message()};
  return status;
}

}  // namespace

HttpRequest assume_role_request(const CredentialsContext& context, const Role& role) {
  HttpRequest request = request_of(context, "AssumeRole", role);
  append_field(request.body, "ExternalId", role.external_id);
  return request;
}

HttpRequest assume_role_with_web_identity_request(const CredentialsContext& context, const Role& role,
                                                  std::string_view token) {
  HttpRequest request = request_of(context, "AssumeRoleWithWebIdentity", role);
  append_field(request.body, "WebIdentityToken", token);
  return request;
}

HttpRequest get_caller_identity_request(const CredentialsContext& context) {
  return request_of(context, "GetCallerIdentity");
}

Result<CallerIdentity> read_caller_identity(const CredentialsContext& context, const HttpResponse& response) {
  const std::string operation = "GetCallerIdentity";
  if (!response.transport.ok()) return response.transport.in(operation);
  if (response.http_status != 200) {
    Status status = sts_error(operation, response);
    if (status.code() == Code::clock_skew) context.clock.correct(response);
    return status;
  }
  CallerIdentity identity = {xml_text(response.body, "Arn"), xml_text(response.body, "Account")};
  if (identity.arn.empty() || identity.account.empty())
    return Status(Code::transient, "PS0222", operation + ": unexpected response: it has no Arn or no Account");
  return identity;
}

Result<Credentials> read_sts_response(const CredentialsContext& context, std::string_view operation,
                                      const std::string& source, const HttpResponse& response) {
  const std::string what = source + ": " + std::string(operation);
  if (!response.transport.ok()) return response.transport.in(what);
  if (response.http_status != 200) {
    Status status = sts_error(what, response);
    if (status.code() == Code::clock_skew) context.clock.correct(response);
    return status;
  }
  const std::optional<std::string> found = xml_element(response.body, "Credentials");
  if (!found)
    return Status(Code::transient, "PS0222", what + ": unexpected response: it has no element Credentials");
  Credentials keys;
  keys.access_key_id = xml_text(*found, "AccessKeyId");
  keys.secret_access_key = xml_text(*found, "SecretAccessKey");
  keys.session_token = xml_text(*found, "SessionToken");
  keys.source = source;
  if (Status status = check_credentials(keys, {"AccessKeyId", "SecretAccessKey", "SessionToken"}); !status.ok())
    return status;
  const std::string expiration = xml_text(*found, "Expiration");
  const std::optional<int64_t> expires_at_ms = parse_expiration(expiration);
  if (!expires_at_ms)
    return Status(Code::transient, "PS0224",
                  what + ": invalid Expiration '" + printable(expiration) +
                      "': expected a time such as 2024-01-02T03:04:05Z");
  keys.expires_at_ms = *expires_at_ms;
  if (keys.expires_at_ms <= context.clock.now_ms()) context.clock.correct(response);
  return keys;
}

}  // namespace penstock::aws
