#include "core/aws/sigv4.h"

#include <algorithm>
#include <utility>

#include "base/crypto.h"
#include "base/text.h"
#include "base/time.h"

namespace penstock::aws::sigv4 {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

// Names are in lowercase and sorted. Values of one name are joined by commas, in request order.
using CanonicalHeaders = std::vector<std::pair<std::string, std::string>>;

// Returns path without ".", ".." and empty segments. A trailing slash is kept; the result is at least "/".
std::string normalized(std::string_view path) {
  std::vector<std::string_view> segments;
  for (size_t start = 0; start < path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    const std::string_view segment = path.substr(start, end - start);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
    start = end + 1;
  }
  std::string out;
  for (const std::string_view segment : segments) {
    out += '/';
    out += segment;
  }
  if (out.empty() || path.back() == '/') out += '/';
  return out;
}

void append_canonical_query(std::string& out, std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (size_t start = 0; start < query.size();) {
    const size_t end = std::min(query.find('&', start), query.size());
    const std::string_view parameter = query.substr(start, end - start);
    start = end + 1;
    if (parameter.empty()) continue;
    const size_t equals = std::min(parameter.find('='), parameter.size());
    auto& [name, value] = parameters.emplace_back();
    append_percent_encoded(name, parameter.substr(0, equals), "%");
    if (equals < parameter.size()) append_percent_encoded(value, parameter.substr(equals + 1), "%");
  }
  std::sort(parameters.begin(), parameters.end());
  bool first = true;
  for (const auto& [name, value] : parameters) {
    if (!first) out += '&';
    first = false;
    out.append(name).append(1, '=').append(value);
  }
}

// Appends value without blanks at both ends, and with each run of blanks inside it replaced by one space.
void append_trimmed(std::string& out, std::string_view value) {
  out.reserve(out.size() + value.size());
  bool pending_space = false;
  bool started = false;
  for (const char c : value) {
    if (is_blank(c)) {
      pending_space = started;
      continue;
    }
    if (pending_space) out += ' ';
    pending_space = false;
    started = true;
    out += c;
  }
}

CanonicalHeaders canonical_headers(const Request& request) {
  std::vector<std::pair<std::string, std::string_view>> sorted;
  sorted.reserve(request.headers.size());
  for (const auto& [name, value] : request.headers) sorted.emplace_back(lower_case(name), value);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  CanonicalHeaders out;
  out.reserve(sorted.size());
  for (auto& [name, value] : sorted) {
    if (out.empty() || out.back().first != name)
      out.emplace_back(std::move(name), "");
    else
      out.back().second += ',';
    append_trimmed(out.back().second, value);
  }
  return out;
}

std::string signed_names(const CanonicalHeaders& headers) {
  std::string out;
  for (const auto& [name, value] : headers) {
    if (!out.empty()) out += ';';
    out += name;
  }
  return out;
}

std::string canonical_request_of(const Request& request, const CanonicalHeaders& headers,
                                 const std::string& names) {
  std::string out;
  out.append(request.method).append(1, '\n');
  const std::string_view path = request.path.empty() ? "/" : request.path;
  append_percent_encoded(out, request.normalize_path ? normalized(path) : path, "/");
  out += '\n';
  append_canonical_query(out, request.query);
  out += '\n';
  for (const auto& [name, value] : headers) out.append(name).append(1, ':').append(value).append(1, '\n');
  out.append(1, '\n').append(names).append(1, '\n').append(request.payload_sha256_hex);
  return out;
}

// "20150830/us-east-1/kinesis/aws4_request"
std::string credential_scope(const Scope& scope) {
  return scope.date_time.substr(0, 8) + '/' + scope.region + '/' + scope.service + "/aws4_request";
}

}  // namespace

std::string amz_date(int64_t unix_ms) {
  std::string out = format_rfc3339(unix_ms);
  out.erase(out.find('.'), 4);
  std::erase_if(out, [](char c) { return c == '-' || c == ':'; });
  return out;
}

std::string canonical_request(const Request& request) {
  const CanonicalHeaders headers = canonical_headers(request);
  return canonical_request_of(request, headers, signed_names(headers));
}

std::string string_to_sign(const Scope& scope, std::string_view canonical_request) {
  std::string out(kAlgorithm);
  out.append(1, '\n').append(scope.date_time);
  out.append(1, '\n').append(credential_scope(scope));
  out.append(1, '\n').append(hex(sha256(canonical_request)));
  return out;
}

const Sha256& SigningKey::of(const Credentials& credentials, const Scope& scope) {
  const std::string_view day = std::string_view(scope.date_time).substr(0, 8);
  if (day == day_ && credentials.secret_access_key == secret_access_key_ && scope.region == region_ &&
      scope.service == service_)
    return key_;
  day_.clear();  // none is kept if memory is exhausted
  Sha256 key = hmac_sha256("AWS4" + credentials.secret_access_key, day);
  key = hmac_sha256(view(key), scope.region);
  key = hmac_sha256(view(key), scope.service);
  key_ = hmac_sha256(view(key), "aws4_request");
  secret_access_key_ = credentials.secret_access_key;
  region_ = scope.region;
  service_ = scope.service;
  day_ = day;
  return key_;
}

std::string signature(const Sha256& signing_key, std::string_view string_to_sign) {
  return hex(hmac_sha256(view(signing_key), string_to_sign));
}

std::string authorization(const Credentials& credentials, const Scope& scope, const Request& request,
                          SigningKey& key) {
  const CanonicalHeaders headers = canonical_headers(request);
  const std::string names = signed_names(headers);
  const std::string to_sign = string_to_sign(scope, canonical_request_of(request, headers, names));
  std::string out(kAlgorithm);
  out.append(" Credential=").append(credentials.access_key_id).append(1, '/').append(credential_scope(scope));
  out.append(", SignedHeaders=").append(names);
  out.append(", Signature=").append(signature(key.of(credentials, scope), to_sign));
  return out;
}

}  // namespace penstock::aws::sigv4
