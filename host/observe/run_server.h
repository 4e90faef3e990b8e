// The HTTP server of `penstock run`, across the configurations that the process runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "host/conf/conf.h"
#include "host/conf/settings.h"
#include "host/http/http_server.h"
#include "host/http/listener.h"
#include "host/observe/endpoints.h"
#include "host/pipeline/pipeline.h"
#include "host/util/log.h"

namespace penstock::host {

class RunServer {
 public:
  // log must outlive this.
  explicit RunServer(Log& log) : log_(log) {}

  // Listens as the settings say; keeps the server and its connections if they are as before. Until serve(), a call
  // with the settings of the server before continues that one. On failure returns false, and problem has the
  // reason.
  bool open(const Settings& settings, Problem& problem);

  // Returns the server, which answers for that pipeline from now on; nullptr if HTTP_Server is off. REQUIRES:
  // pipeline outlives every HttpServer::run() until the next call.
  HttpServer* serve(Pipeline& pipeline);

 private:
  // A server, and the settings that it was opened for. Without a server, HTTP_Server is off.
  struct Opened {
    std::string address;
    uint16_t port = 0;
    std::unique_ptr<HttpServer> server;

    bool is_for(const Settings& settings) const;
  };

  std::optional<Listener> listen(const Settings& settings, std::string& error);

  Log& log_;
  Endpoints endpoints_;
  Opened current_;
  Opened previous_;  // until serve()
};

}  // namespace penstock::host
