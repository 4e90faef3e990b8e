#include "tests/model_kinesis/server.h"

#include <string_view>
#include <utility>

#include "tests/model_kinesis/read_back.h"
#include "tests/model_kinesis/unix_now.h"

namespace penstock::model {
namespace {

constexpr std::string_view kStreams = "/model/streams/";
constexpr std::string_view kRecords = "/records";

Reply reply_with(std::string_view type, std::string body, int status = 200) {
  return {status, {{"Content-Type", std::string(type)}}, std::move(body)};
}

}  // namespace

Server::Server(Settings settings, ServerOptions options)
    : service_(std::move(settings), unix_now_ms),
      http_(std::move(options), [this](Request request) { return handle(std::move(request)); }) {}

void Server::with(const std::function<void(Service&)>& work) {
  http_.alone([&] { work(service_); });
}

Reply Server::handle(Request request) {
  if (request.method != "GET") return service_.handle(std::move(request));
  if (request.path == "/model/stats") return reply_with("application/json", stats_as_json(service_));
  if (!request.path.starts_with(kStreams) || !request.path.ends_with(kRecords) ||
      request.path.size() <= kStreams.size() + kRecords.size())
    return service_.handle(std::move(request));
  const std::string stream =
      request.path.substr(kStreams.size(), request.path.size() - kStreams.size() - kRecords.size());
  if (service_.stream(stream) == nullptr) return reply_with("text/plain", "no stream " + stream + "\n", 404);
  return reply_with("application/x-ndjson", records_as_json_lines(service_, stream));
}

}  // namespace penstock::model
