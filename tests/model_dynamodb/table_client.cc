#include "tests/model_dynamodb/table_client.h"

#include <utility>

#include "core/aws/aws_error.h"

namespace penstock::dynamodb {

model::Response TableClient::call(std::string_view operation, std::string body) const {
  model::Request request;
  request.method = "POST";
  request.path = "/";
  request.body = std::move(body);
  request.headers = {{"Host", "127.0.0.1"},
                     {"Content-Type", std::string(aws::kDynamoDbProtocol.content_type)},
                     {"X-Amz-Target", std::string(aws::kDynamoDbProtocol.target_prefix).append(operation)}};
  model::sign(request, key, "us-east-1", "dynamodb", now_ms_());
  return model::Response(send_(std::move(request)));
}

aws::ServiceCall TableClient::service_call() const {
  return [this](std::string_view operation, std::string body, size_t max_response_bytes,
                const aws::ServiceClient::Done& done) {
    const model::Response from_model = call(operation, std::move(body));
    HttpResponse response;
    response.http_status = from_model.status();
    response.body = from_model.reply().body;
    if (from_model.reply().wire != model::Wire::whole)
      response.transport = Status(Code::transient, "PS0000", "the connection was closed");
    if (response.body.size() > max_response_bytes)
      response.transport = Status(Code::too_large, "PS0000", "too large");
    const Status status = aws::aws_status(operation, response);
    done(status.ok() ? Result<aws::ServiceResponse>(aws::ServiceResponse{std::move(response.body), now_ms_()})
                     : status);
  };
}

}  // namespace penstock::dynamodb
