// The reason why a call across the ABI failed.
#pragma once

#include <string>

#include "abi/penstock.h"

namespace penstock::client {

// A penstock_error to pass to a call.
struct Error : penstock_error {
  Error() : penstock_error() {
    struct_size = sizeof(penstock_error);
    code = 0;
    retryable = 0;
    text[0] = '\0';
  }

  // Returns the reason that the stage gave, made printable, with its code. If the stage gave no reason, the text
  // has result, which is the call's return value.
  std::string describe(int32_t result) const;
};

}  // namespace penstock::client
