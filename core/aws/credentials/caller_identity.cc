#include "core/aws/credentials/caller_identity.h"

#include <utility>

#include "core/aws/credentials/sts.h"
#include "core/aws/signed_request.h"

namespace penstock::aws {

void get_caller_identity(const CredentialsContext& context, CredentialsCache& credentials,
                         Completion<CallerIdentity>::Callback done) {
  using Answer = Completion<CallerIdentity>;
  Answer::start(std::move(done), [&](const Answer& completion) {
    credentials.get(completion.then([&context](const Answer& next, const Result<Credentials>& found) {
      if (!found.ok()) return next(found.status());
      HttpRequest request = get_caller_identity_request(context);
      sigv4::SigningKey key;
      sign(request, *found, context.sts, context.clock.now_ms(), key);
      context.env.transport.start(std::move(request),
                                  next.then([&context](const Answer& last, const HttpResponse& response) {
                                    last(read_caller_identity(context, response));
                                  }));
    }));
  });
}

}  // namespace penstock::aws
