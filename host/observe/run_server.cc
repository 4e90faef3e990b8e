#include "host/observe/run_server.h"

#include <optional>
#include <utility>

namespace penstock::host {

bool RunServer::Opened::is_for(const Settings& settings) const {
  if (!server) return !settings.http_server;
  return settings.http_server && address == settings.http_listen && port == settings.http_port;
}

bool RunServer::open(const Settings& settings, Problem& problem) {
  if (current_.is_for(settings)) return true;
  if (previous_.is_for(settings)) {
    std::swap(current_, previous_);
    return true;
  }
  Opened next{settings.http_listen, settings.http_port, nullptr};
  if (settings.http_server) {
    std::string error;
    std::optional<Listener> listener = listen(settings, error);
    if (!listener) {
      problem = Problem::error({}, "PS0930",
                               "cannot listen on " + settings.http_listen + ", port " +
                                   std::to_string(settings.http_port) + ": " + error +
                                   "; set HTTP_Listen and HTTP_Port in [SERVICE], or HTTP_Server off");
      return false;
    }
    next.server = std::make_unique<HttpServer>(
        std::move(*listener), [this](const HttpRequest& request) { return endpoints_.respond(request); });
    log_.info("penstock", "the HTTP server listens on " + next.server->url());
  }
  previous_ = std::exchange(current_, std::move(next));
  return true;
}

std::optional<Listener> RunServer::listen(const Settings& settings, std::string& error) {
  std::optional<Listener> out = listen_on(settings.http_listen, settings.http_port, error);
  if (out || !current_.server || current_.server->port() != settings.http_port) return out;
  // The port may be in use by the current server, on an address that overlaps, such as 127.0.0.1 and 0.0.0.0.
  current_ = {};
  return listen_on(settings.http_listen, settings.http_port, error);
}

HttpServer* RunServer::serve(Pipeline& pipeline) {
  endpoints_.set_pipeline(pipeline);
  previous_ = {};
  return current_.server.get();
}

}  // namespace penstock::host
