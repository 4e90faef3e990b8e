#include "core/aws/credentials/credentials_assume_role.h"

#include <utility>

#include "base/text.h"
#include "core/aws/signed_request.h"

namespace penstock::aws {

void AssumeRoleCredentials::find(const Found& found) {
  source_->find(found.later([this](const Found& told, const Result<Credentials>& keys) {
    if (!keys.ok())
      return told(Status(Code::credentials,
                         "to assume the role " + printable(role_.arn) + ": " + keys.status().message()));
    assume(*keys, told);
  }));
}

void AssumeRoleCredentials::assume(const Credentials& keys, const Found& found) {
  HttpRequest request = assume_role_request(context_, role_);
  sign(request, keys, context_.sts, context_.clock.now_ms());
  context_.env.transport.start(
      std::move(request),
      found.later([this, source = "role " + printable(role_.arn) + ", assumed with " + keys.source](
                      const Found& told, const HttpResponse& response) {
        told(read_sts_response(context_, "AssumeRole", source, response));
      }));
}

}  // namespace penstock::aws
