#include "tests/e2e/emulators/dynalite.h"

#include <httplib.h>
#include <unistd.h>

namespace penstock::emulators {

Dynalite::Dynalite()
    : process_({PENSTOCK_EMULATORS_INSTALLED, {"node_modules/dynalite/cli.js", "--createTableMs", "0"}, {}, 4567}),
      http_(std::make_unique<httplib::Client>("127.0.0.1", process_.port())) {
  http_->set_keep_alive(true);
  http_->set_tcp_nodelay(true);
  http_->set_read_timeout(30);
}

Dynalite::~Dynalite() = default;

std::unique_ptr<Dynalite> Dynalite::start(std::string& why) {
  const std::string marker = std::string(PENSTOCK_EMULATORS_INSTALLED) + "/installed.lock";
  if (access(marker.c_str(), R_OK) != 0) {
    why = "dynalite is not installed; the test emulator.are_installed_from_npm says why";
    return nullptr;
  }
  std::unique_ptr<Dynalite> dynalite(new Dynalite);
  if (dynalite->process_.port() != 0) return dynalite;
  why = "dynalite is installed but does not start";
  return nullptr;
}

model::Reply Dynalite::post(const model::Request& request) {
  httplib::Headers headers;
  std::string type;
  for (const auto& [name, value] : request.headers) {
    if (name == "Content-Type")
      type = value;
    else
      headers.emplace(name, value);
  }
  model::Reply reply;
  const httplib::Result result = http_->Post(request.path, headers, request.body, type);
  if (!result) {
    reply.wire = model::Wire::closed;
    return reply;
  }
  reply.status = result->status;
  reply.body = result->body;
  return reply;
}

}  // namespace penstock::emulators
