// Serves the model over HTTP/1.1 or HTTPS, with the system's clock.
#pragma once

#include <functional>
#include <string>

#include "tests/model_kinesis/http_server.h"
#include "tests/model_kinesis/service.h"

namespace penstock::model {

// A server of the API. It also serves:
//   GET /model/stats                 the counters, as a JSON object
//   GET /model/streams/NAME/records  every record as JSON Lines, shard by shard: shard, sequence_number,
//                                    arrival_ms, partition_key, and data, or data_base64 where it is not UTF-8
class Server {
 public:
  Server(Settings settings, ServerOptions options);

  // As those of HttpServer.
  std::string start() { return http_.start(); }
  int port() const { return http_.port(); }
  std::string url() const { return http_.url(); }

  // Runs `work` with exclusive access to the service. Not from inside the service's own hook.
  void with(const std::function<void(Service&)>& work);

 private:
  Reply handle(Request request);

  Service service_;
  HttpServer http_;
};

}  // namespace penstock::model
