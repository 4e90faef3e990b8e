#include "tests/e2e/emulators/emulator_client.h"

#include <httplib.h>

namespace penstock::emulators {

EmulatorClient::EmulatorClient(const std::string& url) : http_(std::make_unique<httplib::Client>(url)) {
  http_->set_keep_alive(true);
  http_->set_tcp_nodelay(true);
  http_->set_read_timeout(30);
}

EmulatorClient::~EmulatorClient() = default;

model::Reply EmulatorClient::post(const model::Request& request) {
  httplib::Headers headers;
  std::string type;
  for (const auto& [name, value] : request.headers)
    if (name == "Content-Type")
      type = value;
    else
      headers.emplace(name, value);
  model::Reply reply;
  const httplib::Result result = http_->Post(request.path, headers, request.body, type);
  if (!result) {
    reply.wire = model::Wire::closed;
    return reply;
  }
  reply.status = result->status;
  reply.headers.assign(result->headers.begin(), result->headers.end());
  reply.body = result->body;
  return reply;
}

}  // namespace penstock::emulators
