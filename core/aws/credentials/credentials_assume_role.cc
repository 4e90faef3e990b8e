#include "core/aws/credentials/credentials_assume_role.h"

#include <utility>

#include "base/text.h"
#include "core/aws/signed_request.h"

namespace penstock::aws {

void AssumeRoleCredentials::find(const Done& done) {
  source_->find(done.then([this](const Done& next, const Result<Credentials>& credentials) {
    if (!credentials.ok())
      return next(
          credentials.status().in("cannot assume role " + printable(role_.arn)).with_code(Code::credentials));
    assume(*credentials, next);
  }));
}

void AssumeRoleCredentials::assume(const Credentials& credentials, const Done& done) {
  HttpRequest request = assume_role_request(context_, role_);
  sigv4::SigningKey key;
  sign(request, credentials, context_.sts, context_.clock.now_ms(), key);
  context_.env.transport.start(
      std::move(request),
      done.then([this, source = "role " + printable(role_.arn) + ", assumed with " + credentials.source](
                    const Done& next, const HttpResponse& response) {
        next(read_sts_response(context_, "AssumeRole", source, response));
      }));
}

}  // namespace penstock::aws
