#include "client/error.h"

#include <cstring>

#include "base/coded_text.h"
#include "base/text.h"

namespace penstock::client {

std::string Error::describe(int32_t result) const {
  const std::string reason(text, strnlen(text, sizeof text));
  return ensure_coded(reason.empty() ? "the call failed without a reason; its result: " + std::to_string(result)
                                     : printable(reason, kMaxPrintedLineBytes),
                      "PS0950");
}

}  // namespace penstock::client
