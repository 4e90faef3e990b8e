#include "core/aws/credentials/credentials_chain.h"

#include <utility>

namespace penstock::aws {

void CredentialsChain::ask(size_t index, std::string before, const Found& found) {
  providers_[index]->find(found.later(
      [this, index, before = std::move(before)](const Found& told, Result<Credentials> answer) mutable {
        if (answer.ok()) return told(std::move(answer));
        const Status& status = answer.status();
        const bool is_last = index > 0 && index + 1 == providers_.size();
        if (status.code() == Code::not_found && !is_last)
          return ask(index + 1, std::move(before) + "; " + status.message(), told);
        std::string message = "no credentials: " + status.message();
        if (is_last)
          message += "; give the machine, task or pod a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
        if (!before.empty()) message += " (asked before" + before.replace(0, 1, ":") + ")";
        told(Status(Code::credentials, message));
      }));
}

}  // namespace penstock::aws
