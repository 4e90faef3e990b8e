// The model behind HTTP/1.1 or HTTPS, with the system's clock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tests/model_kinesis/service.h"

namespace penstock::model {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;           // 0: a free one
  std::string cert_file;  // PEM; with key_file: HTTPS
  std::string key_file;
  int threads = 128;  // one for each connection: more wait until one closes
};

// Beside the API:
//   GET /model/stats                 the counters, as a JSON object
//   GET /model/streams/NAME/records  every record as JSON Lines, shard by shard: shard, sequence_number,
//                                    arrival_ms, partition_key, and data, or data_base64 where it is not UTF-8
class Server {
 public:
  Server(Settings settings, ServerOptions options);
  // Closes every connection, whatever is under way, and joins the threads.
  ~Server();

  // Listens. Returns "", or why it cannot.
  std::string start();
  int port() const;
  std::string url() const;  // http://127.0.0.1:4711

  // Runs work with the service to itself. Not from inside the service's own hook.
  void with(const std::function<void(Service&)>& work);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace penstock::model
