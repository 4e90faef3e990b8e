#include "core/aws/signed_request.h"

#include <string>
#include <utility>

#include "base/crypto.h"

namespace penstock::aws {

HttpRequest post_to(const Endpoint& endpoint) {
  HttpRequest request;
  request.method = "POST";
  request.url = endpoint.url + "/";
  return request;
}

void sign(HttpRequest& request, const Credentials& credentials, const Endpoint& endpoint, int64_t now_ms,
          sigv4::SigningKey& key) {
  const std::string date_time = sigv4::amz_date(now_ms);
  request.headers.emplace_back("X-Amz-Date", date_time);
  if (!credentials.session_token.empty())
    request.headers.emplace_back("X-Amz-Security-Token", credentials.session_token);
  sigv4::Request signed_request;
  signed_request.method = request.method;
  signed_request.path = "/";
  signed_request.headers = request.headers;
  signed_request.headers.emplace_back("Host", endpoint.host);  // added by the transport
  const std::string payload_hash = hex(sha256(request.body));
  signed_request.payload_sha256_hex = payload_hash;
  request.headers.emplace_back(
      "Authorization",
      sigv4::authorization(credentials, {date_time, endpoint.region, endpoint.service}, signed_request, key));
}

}  // namespace penstock::aws
