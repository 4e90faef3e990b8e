#include "client/error.h"

#include <cstring>

#include "base/text.h"

namespace penstock::client {

std::string Error::describe(int32_t result) const {
  const std::string reason(text, strnlen(text, sizeof text));
  return reason.empty() ? "failed with code " + std::to_string(result) + " and gave no reason"
                        : printable(reason, kMaxPrintedLineBytes);
}

}  // namespace penstock::client
