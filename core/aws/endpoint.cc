#include "core/aws/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

#include "base/text.h"

namespace penstock::aws {

namespace {

constexpr size_t kMaxHostBytes = 253;  // RFC 1035, section 2.3.4, without the root's dot
constexpr size_t kMaxRegionBytes = 63;

bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }

struct Host {
  std::string text;  // as in a URL: an IPv6 address has brackets
  bool loopback = false;
};

// Parses a name, an IPv4 address of four decimal numbers, or an IPv6 address in brackets. Rejects forms that the
// resolver or the HTTP client would rewrite (127.1, 0x7f.1, a zone), because the Host header that is sent must be
// the one that is signed.
std::optional<Host> parse_host(const std::string& text) {
  if (text.size() > kMaxHostBytes) return std::nullopt;
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    in6_addr address;
    if (inet_pton(AF_INET6, text.substr(1, text.size() - 2).c_str(), &address) != 1) return std::nullopt;
    char canonical[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, &address, canonical, sizeof canonical);
    return Host{std::string("[") + canonical + "]", IN6_IS_ADDR_LOOPBACK(&address) != 0};
  }
  const auto allowed = [](char c) { return is_lower_alnum(c) || c == '-' || c == '.' || c == '_'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), allowed)) return std::nullopt;
  if (text.front() == '.' || text.find("..") != std::string::npos) return std::nullopt;
  const std::string last_label = text.substr(text.rfind('.') + 1);
  if (!last_label.empty() && is_digit(last_label.front())) {
    in_addr address;
    if (inet_pton(AF_INET, text.c_str(), &address) != 1) return std::nullopt;
    return Host{text, text.starts_with("127.")};
  }
  return Host{text, text == "localhost"};
}

// Returns 1 to 65535; nullopt for any other text.
std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// A group of regions that share an account system and domain names. The entry for all other regions comes last.
// The data is that of botocore's partitions.json as of 2026.
struct Partition {
  std::string_view region_prefix;
  std::string_view domain;
  std::string_view dualstack_domain;
  std::string_view fips_suffix;  // suffix of the service's name
};
constexpr Partition kPartitions[] = {
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "-fips"},
    // Its endpoints are all FIPS: https://aws.amazon.com/compliance/fips/
    {"us-gov-", "amazonaws.com", "api.aws", ""},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov", "-fips"},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud", "-fips"},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "-fips"},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "-fips"},
    {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu", "-fips"},
    {"", "amazonaws.com", "api.aws", "-fips"},
};

const Partition& partition_of(std::string_view region) {
  return *std::find_if(std::begin(kPartitions), std::end(kPartitions),
                       [region](const Partition& known) { return region.starts_with(known.region_prefix); });
}

// "kinesis-fips.us-east-1.api.aws"
std::string default_host(const std::string& service, const std::string& region, EndpointKind kind) {
  const Partition& partition = partition_of(region);
  // Dual-stack names have the suffix in the government's regions too.
  const std::string_view suffix = kind.dualstack ? "-fips" : partition.fips_suffix;
  std::string host = service;
  if (kind.fips) host += suffix;
  host.append(".").append(region).append(".");
  return host.append(kind.dualstack ? partition.dualstack_domain : partition.domain);
}

Status bad_url(const std::string& url, const std::string& why) {
  // The text before an @ may be a password.
  const std::string shown =
      url.find('@') == std::string::npos ? "'" + printable(url) + "'" : "(not shown: it has a user)";
  return {Code::config, "PS0250",
          "invalid endpoint " + shown + ": it " + why +
              "; expected https://HOST or https://HOST:PORT without path, query or user"};
}

}  // namespace

Result<Endpoint> make_endpoint(std::string_view service, const std::string& region, const std::string& url,
                               bool allow_plaintext, EndpointKind kind) {
  const auto region_char = [](char c) { return is_lower_alnum(c) || c == '-'; };
  if (region.empty())
    return Status(Code::config, "PS0251", "region is not set; set it to a region such as eu-west-1");
  if (region.size() > kMaxRegionBytes || !std::all_of(region.begin(), region.end(), region_char))
    return Status(Code::config, "PS0252",
                  "invalid region '" + printable(region) +
                      "': expected lowercase letters, digits and dashes, such as eu-west-1");
  Endpoint endpoint;
  endpoint.region = region;
  endpoint.service = service;
  if (url.empty()) {
    endpoint.host = default_host(endpoint.service, region, kind);
    endpoint.url = "https://" + endpoint.host;
    return endpoint;
  }

  const size_t scheme_end = url.find("://");
  const std::string scheme = scheme_end == std::string::npos ? "" : lower_case(url.substr(0, scheme_end));
  if (scheme != "https" && scheme != "http") return bad_url(url, "does not begin with https:// or http://");
  std::string authority = lower_case(url.substr(scheme_end + 3));
  if (authority.ends_with('/')) authority.pop_back();
  if (authority.find('@') != std::string::npos) return bad_url(url, "names a user");
  if (authority.find_first_of("/?#") != std::string::npos) return bad_url(url, "has a path, query or fragment");

  const uint16_t default_port = scheme == "https" ? 443 : 80;
  uint16_t port = default_port;
  const size_t colon = authority.rfind(':');
  if (colon != std::string::npos && !authority.ends_with(']')) {
    const std::optional<uint16_t> parsed = parse_port(std::string_view(authority).substr(colon + 1));
    if (!parsed) return bad_url(url, "has a port that is not 1 to 65535");
    port = *parsed;
    authority.resize(colon);
  }
  const std::optional<Host> host = parse_host(authority);
  if (!host)
    return bad_url(url, "has no valid host (a name, four decimal numbers, or an IPv6 address in brackets)");
  if (scheme == "http" && !host->loopback && !allow_plaintext)
    return Status(Code::config, "PS0253",
                  "endpoint '" + printable(url) +
                      "' uses plain http, which sends log lines and signatures unencrypted; use https, or set "
                      "allow_plaintext on (without it, plain http is allowed only to loopback addresses)");
  endpoint.host = host->text;
  if (port != default_port) endpoint.host += ":" + std::to_string(port);
  endpoint.url = scheme + "://" + endpoint.host;
  return endpoint;
}

}  // namespace penstock::aws
