// The HTTP server of `penstock run`, across the configurations that the process runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/conf/conf.h"
#include "host/conf/settings.h"
#include "host/http/http_server.h"
#include "host/observe/endpoints.h"
#include "host/pipeline/pipeline.h"
#include "host/util/log.h"

namespace penstock::host {

class RunServer {
 public:
  // log must outlive this.
  explicit RunServer(Log& log) : log_(log) {}

  // Listens as the settings say; keeps the server and its connections if they are as before. On failure returns
  // false, and problem has the reason; the server is as before.
  bool open(const Settings& settings, Problem& problem);

  // Returns the server, which answers for that pipeline from now on; nullptr if HTTP_Server is off. REQUIRES:
  // pipeline outlives every HttpServer::run() until the next call.
  HttpServer* serve(Pipeline& pipeline);

 private:
  Log& log_;
  Endpoints endpoints_;
  std::string address_;  // HTTP_Listen and HTTP_Port of the server
  uint16_t port_ = 0;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace penstock::host
