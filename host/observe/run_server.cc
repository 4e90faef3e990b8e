#include "host/observe/run_server.h"

#include <optional>
#include <utility>

namespace penstock::host {

bool RunServer::open(const Settings& settings, Problem& problem) {
  if (!settings.http_server) {
    server_.reset();
    return true;
  }
  if (server_ && address_ == settings.http_listen && port_ == settings.http_port) return true;
  std::string error;
  std::optional<Listener> listener = listen_on(settings.http_listen, settings.http_port, error);
  if (!listener) {
    problem = Problem::error({}, "PS0930",
                             "cannot listen on " + settings.http_listen + ", port " +
                                 std::to_string(settings.http_port) + ": " + error +
                                 "; set HTTP_Listen and HTTP_Port in [SERVICE], or HTTP_Server off");
    return false;
  }
  server_ = std::make_unique<HttpServer>(
      std::move(*listener), [this](const HttpRequest& request) { return endpoints_.respond(request); });
  address_ = settings.http_listen;
  port_ = settings.http_port;
  log_.info("penstock", "the HTTP server listens on " + server_->url());
  return true;
}

HttpServer* RunServer::serve(Pipeline& pipeline) {
  endpoints_.set_pipeline(pipeline);
  return server_.get();
}

}  // namespace penstock::host
