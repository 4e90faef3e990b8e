#include "tests/model_iam/sts.h"

#include <cstdlib>
#include <map>
#include <optional>
#include <string_view>

#include "tests/model_kinesis/amz_time.h"

namespace penstock::iam {
namespace {

constexpr int64_t kSessionMs = 3'600'000;

std::string decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::map<std::string, std::string> fields_of(std::string_view form) {
  std::map<std::string, std::string> fields;
  while (!form.empty()) {
    const std::string_view field = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(field.size() + 1, form.size()));
    const size_t equals = std::min(field.find('='), field.size());
    fields[decoded(field.substr(0, equals))] = decoded(field.substr(std::min(equals + 1, field.size())));
  }
  return fields;
}

// https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
model::Reply rejection(int status, const std::string& code, const std::string& message) {
  model::Reply reply;
  reply.status = status;
  reply.body =
      R"(<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>)" +
      code + "</Code><Message>" + message + "</Message></Error></ErrorResponse>";
  return reply;
}

model::Reply result(const std::string& operation, const std::string& xml) {
  model::Reply reply;
  reply.body = "<" + operation + R"(Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><)" + operation +
               "Result>" + xml + "</" + operation + "Result></" + operation + "Response>";
  return reply;
}

// 2015-08-30T12:36:00Z
std::string iso_time(int64_t ms) {
  const std::string basic = model::amz_time(ms);  // 20150830T123600Z
  return basic.substr(0, 4) + "-" + basic.substr(4, 2) + "-" + basic.substr(6, 5) + ":" + basic.substr(11, 2) +
         ":" + basic.substr(13);
}

}  // namespace

model::Reply Sts::handle(const model::Request& request) {
  if (const auto error = model::check_signature(request, iam_.keys(), region_, "sts", now_ms_()))
    return rejection(403, error->code, error->message);
  std::map<std::string, std::string> fields = fields_of(request.body);
  model::Reply reply = rejection(400, "InvalidAction", "Could not find operation " + fields["Action"]);
  if (fields["Action"] == "AssumeRole") reply = assume_role(request);
  if (fields["Action"] == "GetCallerIdentity") {
    const Principal& who = iam_.caller(request);
    reply = result("GetCallerIdentity",
                   "<Arn>" + who.arn + "</Arn><UserId>AIDAEXAMPLE</UserId><Account>" + who.account + "</Account>");
  }
  reply.headers.emplace_back("Date", model::http_date(now_ms_()));
  reply.headers.emplace_back("Content-Type", "text/xml");
  return reply;
}

// The caller needs a permission of its own, which the trust policy alone does not give to other accounts.
model::Reply Sts::assume_role(const model::Request& request) {
  std::map<std::string, std::string> fields = fields_of(request.body);
  const Principal who = iam_.caller(request);
  const std::string role = fields["RoleArn"];
  std::map<std::string, std::string> context;
  if (fields.contains("ExternalId")) context["sts:ExternalId"] = fields["ExternalId"];
  const bool may = iam_.may({who, "sts:AssumeRole", role, context});
  const std::optional<model::AccessKey> key =
      may ? iam_.assume(role, who, fields["RoleSessionName"], context) : std::nullopt;
  if (!key)
    return rejection(403, "AccessDenied",
                     "User: " + who.arn + " is not authorized to perform: sts:AssumeRole on resource: " + role);
  return result("AssumeRole", "<Credentials><AccessKeyId>" + key->id + "</AccessKeyId><SecretAccessKey>" +
                                  key->secret + "</SecretAccessKey><SessionToken>" + key->session_token +
                                  "</SessionToken><Expiration>" + iso_time(now_ms_() + kSessionMs) +
                                  "</Expiration></Credentials>");
}

}  // namespace penstock::iam
