#include "tests/model_kinesis/signature.h"

#include <algorithm>

#include "tests/model_kinesis/amz_time.h"
#include "tests/model_kinesis/codec.h"

namespace penstock::model {
namespace {

constexpr int64_t kMaxSkewMs = 300'000;
constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t start = 0;;) {
    const size_t end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::string uri_encode(std::string_view text, bool keep_slash) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~' || (keep_slash && c == '/');
    if (plain) {
      out += c;
      continue;
    }
    for (const char digit : "%" + hex({&c, 1})) out += digit >= 'a' ? static_cast<char>(digit - 32) : digit;
  }
  return out;
}

std::string uri_decode(std::string_view text) {
  const auto digit = [](char c) {
    const size_t at = std::string_view("0123456789abcdef").find(lower_case({&c, 1}));
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    out += escape ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

// RFC 3986, 6.2.2.3, and with empty segments removed.
std::string normalized(std::string_view path) {
  std::vector<std::string_view> kept;
  const std::vector<std::string_view> segments = split(path, '/');
  for (const std::string_view segment : segments) {
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string out;
  for (const std::string_view segment : kept) out.append("/").append(segment);
  const bool folder = segments.back().empty() || segments.back() == "." || segments.back() == "..";
  return folder || out.empty() ? out + "/" : out;
}

std::string canonical_query(std::string_view query) {
  if (query.empty()) return {};
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string_view part : split(query, '&')) {
    const size_t equals = std::min(part.find('='), part.size());
    const std::string_view value = equals == part.size() ? std::string_view() : part.substr(equals + 1);
    pairs.emplace_back(uri_encode(uri_decode(part.substr(0, equals)), false),
                       uri_encode(uri_decode(value), false));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs)
    out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
  return out;
}

// Removes white space at both ends and replaces each run of it inside by one space.
std::string trimmed(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!space)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out.append(out.empty() ? "" : ";").append(name);
  return out;
}

std::vector<std::string> header_names(const Headers& headers) {
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) names.push_back(lower_case(name));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

struct Authorization {
  std::string_view credential, signed_headers, signature;
};

Authorization parse_authorization(std::string_view value) {
  Authorization out;
  value.remove_prefix(std::min(value.find(' '), value.size()));
  for (std::string_view part : split(value, ',')) {
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    const size_t equals = std::min(part.find('='), part.size());
    const std::string_view name = part.substr(0, equals);
    const std::string_view rest = equals == part.size() ? std::string_view() : part.substr(equals + 1);
    if (name == "Credential") out.credential = rest;
    if (name == "SignedHeaders") out.signed_headers = rest;
    if (name == "Signature") out.signature = rest;
  }
  return out;
}

Error incomplete(std::string message) { return {400, "IncompleteSignatureException", std::move(message)}; }
Error invalid(std::string message) { return {400, "InvalidSignatureException", std::move(message)}; }

std::optional<Error> check_key(const AccessKey* key, std::string_view token) {
  if (key == nullptr || key->session_token != token)
    return Error{400, "UnrecognizedClientException", "The security token included in the request is invalid."};
  if (key->expired)
    return Error{400, "ExpiredTokenException", "The security token included in the request is expired"};
  return std::nullopt;
}

std::optional<Error> check_scope(const SigningScope& sent, const SigningScope& right) {
  std::string wrong;
  if (sent.region != right.region)
    wrong += "Credential should be scoped to a valid region, not '" + sent.region + "'. ";
  if (sent.service != right.service)
    wrong += "Credential should be scoped to correct service: '" + right.service + "'. ";
  if (sent.date != right.date)
    wrong += "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
             sent.date + "' != '" + right.date + "'. ";
  if (wrong.empty()) return std::nullopt;
  return invalid(wrong);
}

std::optional<Error> check_time(std::string_view time, int64_t sent_ms, int64_t now_ms) {
  const std::string sent(time);
  const std::string now = amz_time(now_ms);
  if (sent_ms + kMaxSkewMs < now_ms)
    return invalid("Signature expired: " + sent + " is now earlier than " + amz_time(now_ms - kMaxSkewMs) + " (" +
                   now + " - 5 min.)");
  if (sent_ms - kMaxSkewMs > now_ms)
    return invalid("Signature not yet current: " + sent + " is still later than " + amz_time(now_ms + kMaxSkewMs) +
                   " (" + now + " + 5 min.)");
  return std::nullopt;
}

// The document requires Host and every X-Amz- header to be signed.
std::optional<Error> check_signed_headers(const Request& request, const std::vector<std::string>& signed_names) {
  const auto is_signed = [&](std::string_view name) {
    return std::find(signed_names.begin(), signed_names.end(), name) != signed_names.end();
  };
  if (!is_signed("host")) return invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  for (const std::string& name : header_names(request.headers))
    if (name.starts_with("x-amz-") && !is_signed(name))
      return invalid("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.");
  if (!std::is_sorted(signed_names.begin(), signed_names.end()))
    return invalid("SignedHeaders must be sorted: '" + joined(signed_names) + "'.");
  return std::nullopt;
}

}  // namespace

std::string canonical_request(const Request& request, const std::vector<std::string>& signed_headers,
                              bool normalize_path) {
  const size_t question = std::min(request.path.find('?'), request.path.size());
  const std::string path = request.path.substr(0, question);
  const std::string query = question == request.path.size() ? "" : request.path.substr(question + 1);

  std::string out = request.method + "\n" + uri_encode(normalize_path ? normalized(path) : path, true) + "\n" +
                    canonical_query(query) + "\n";
  for (const std::string& wanted : signed_headers) {
    std::string values;
    bool first = true;
    for (const auto& [name, value] : request.headers) {
      if (lower_case(name) != wanted) continue;
      values.append(first ? "" : ",").append(trimmed(value));
      first = false;
    }
    out.append(wanted).append(":").append(values).append("\n");
  }
  return out + "\n" + joined(signed_headers) + "\n" + hex(sha256(request.body));
}

std::string string_to_sign(std::string_view time, const SigningScope& scope, std::string_view canonical) {
  return std::string(kAlgorithm) + "\n" + std::string(time) + "\n" + scope.text() + "\n" + hex(sha256(canonical));
}

std::string signature(std::string_view secret, const SigningScope& scope, std::string_view to_sign) {
  std::string key = hmac_sha256("AWS4" + std::string(secret), scope.date);
  key = hmac_sha256(key, scope.region);
  key = hmac_sha256(key, scope.service);
  key = hmac_sha256(key, "aws4_request");
  return hex(hmac_sha256(key, to_sign));
}

std::optional<Error> check_signature(const Request& request, const std::vector<AccessKey>& keys,
                                     std::string_view region, std::string_view service, int64_t now_ms) {
  const std::string_view value = header(request.headers, "authorization");
  if (value.empty()) return Error{400, "MissingAuthenticationTokenException", "Missing Authentication Token"};
  if (split(value, ' ').front() != kAlgorithm)
    return incomplete("Unsupported AWS 'algorithm': '" + std::string(split(value, ' ').front()) + "'.");

  const Authorization sent = parse_authorization(value);
  const std::string_view time = header(request.headers, "x-amz-date");
  std::string missing;
  for (const auto& [name, part] : {std::pair("Credential", sent.credential),
                                   {"Signature", sent.signature},
                                   {"SignedHeaders", sent.signed_headers}})
    if (part.empty()) missing += std::string("Authorization header requires '") + name + "' parameter. ";
  if (time.empty())
    missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  if (!missing.empty()) return incomplete(missing + "Authorization=" + std::string(value));

  const std::vector<std::string_view> parts = split(sent.credential, '/');
  if (parts.size() != 5 || parts[4] != "aws4_request")
    return incomplete(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
        std::string(sent.credential) + "'");
  const std::optional<int64_t> sent_ms = parse_amz_time_ms(time);
  if (!sent_ms)
    return incomplete("Date must be in ISO-8601 'basic format'. Got '" + std::string(time) +
                      "'. See http://en.wikipedia.org/wiki/ISO_8601");

  const auto key = std::find_if(keys.begin(), keys.end(), [&](const AccessKey& k) { return k.id == parts[0]; });
  const std::string_view token = header(request.headers, "x-amz-security-token");
  if (auto error = check_key(key == keys.end() ? nullptr : &*key, token)) return error;
  const SigningScope scope{std::string(parts[1]), std::string(parts[2]), std::string(parts[3])};
  const SigningScope right{std::string(time.substr(0, 8)), std::string(region), std::string(service)};
  if (auto error = check_scope(scope, right)) return error;
  if (auto error = check_time(time, *sent_ms, now_ms)) return error;

  std::vector<std::string> signed_names;
  for (const std::string_view name : split(sent.signed_headers, ';')) signed_names.emplace_back(name);
  if (auto error = check_signed_headers(request, signed_names)) return error;
  const std::string to_sign = string_to_sign(time, scope, canonical_request(request, signed_names));
  if (signature(key->secret, scope, to_sign) != sent.signature)
    return invalid(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
        "Access Key and signing method. Consult the service documentation for details.");
  return std::nullopt;
}

void sign(Request& request, const AccessKey& key, std::string_view region, std::string_view service,
          int64_t now_ms) {
  const std::string time = amz_time(now_ms);
  request.headers.emplace_back("X-Amz-Date", time);
  if (!key.session_token.empty()) request.headers.emplace_back("X-Amz-Security-Token", key.session_token);
  const std::vector<std::string> names = header_names(request.headers);
  const SigningScope scope{time.substr(0, 8), std::string(region), std::string(service)};
  const std::string to_sign = string_to_sign(time, scope, canonical_request(request, names));
  request.headers.emplace_back("Authorization", std::string(kAlgorithm) + " Credential=" + key.id + "/" +
                                                    scope.text() + ", SignedHeaders=" + joined(names) +
                                                    ", Signature=" + signature(key.secret, scope, to_sign));
}

}  // namespace penstock::model
