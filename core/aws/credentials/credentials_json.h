// Credentials as metadata services and credential processes write them.
#pragma once

#include <string>
#include <string_view>

#include "core/aws/credentials.h"

namespace penstock::aws {

// {"AccessKeyId": ..., "SecretAccessKey": ..., token_name: ..., "Expiration": "2024-01-02T03:04:05Z"}, the last
// two as there are. Code::credentials, with the Code and Message of a response that has those instead, and never
// with what else it holds.
Result<Credentials> read_credentials_json(std::string_view text, const std::string& source,
                                          const std::string& token_name);

}  // namespace penstock::aws
