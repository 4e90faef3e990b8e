#include "core/aws/credentials_assume_role.h"

#include <utility>

#include "core/aws/signed_request.h"
#include "core/base/json.h"

namespace penstock {

void AssumeRoleCredentials::find(Found found) {
  source_->find([this, found = std::move(found)](Result<Credentials> keys) mutable {
    if (!keys.ok())
      return found(Status(Code::credentials,
                          "to assume the role " + printable(role_.arn) + ": " + keys.status().message()));
    assume(*keys, std::move(found));
  });
}

void AssumeRoleCredentials::assume(const Credentials& keys, Found found) {
  HttpRequest request = assume_role_request(context_, role_);
  sign(request, keys, context_.sts, context_.clock.now_ms());
  context_.env.transport.start(
      std::move(request),
      [this, source = "role " + printable(role_.arn) + ", assumed with " + keys.source, found = std::move(found)](
          const HttpResponse& response) { found(read_sts_answer(context_, "AssumeRole", source, response)); });
}

}  // namespace penstock
