#include "core/aws/credentials/credentials_chain.h"

#include <utility>

namespace penstock::aws {

void CredentialsChain::ask(size_t index, std::string before, const Done& done) {
  providers_[index]->find(
      done.then([this, index, before = std::move(before)](const Done& next, Result<Credentials> result) mutable {
        if (result.ok()) return next(std::move(result));
        const Status& status = result.status();
        const bool is_last = index > 0 && index + 1 == providers_.size();
        if (status.code() == Code::not_found && !is_last)
          return ask(index + 1, std::move(before) + "; " + status.message(), next);
        std::string message = "no credentials: " + status.message();
        if (is_last)
          message += "; give the machine, task or pod a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
        if (!before.empty()) message += " (tried before" + before.replace(0, 1, ":") + ")";
        if (is_last) return next(Status(Code::credentials, "PS0213", std::move(message)));
        next(status.with_message(std::move(message)).with_code(Code::credentials));
      }));
}

}  // namespace penstock::aws
