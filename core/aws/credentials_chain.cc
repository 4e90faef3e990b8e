#include "core/aws/credentials_chain.h"

#include <utility>

namespace penstock {

void CredentialsChain::ask(size_t index, std::string said, const Found& found) {
  if (index == providers_.size())
    return found(
        Status(Code::credentials,
               "no credentials: " + said +
                   "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, add a profile, or give the machine, "
                   "task or pod a role"));
  providers_[index]->find(
      found.later([this, index, said = std::move(said)](const Found& told, Result<Credentials> answer) mutable {
        if (answer.ok()) return told(std::move(answer));
        said.append(said.empty() ? "" : "; ").append(answer.status().message());
        if (answer.status().code() != Code::not_found)
          return told(Status(Code::credentials, "no credentials: " + said));
        ask(index + 1, std::move(said), told);
      }));
}

}  // namespace penstock
