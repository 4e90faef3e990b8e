// Parsing of the JSON credentials that metadata services and credential processes return.
#pragma once

#include <string>
#include <string_view>

#include "core/aws/credentials.h"

namespace penstock::aws {

// Parses {"AccessKeyId": ..., "SecretAccessKey": ..., token_name: ..., "Expiration": "2024-01-02T03:04:05Z"}; the
// last two members are optional. A response with Code and Message instead is Code::credentials with these texts.
// An error never contains other parts of the response.
Result<Credentials> read_credentials_json(std::string_view text, const std::string& source,
                                          const std::string& token_name);

}  // namespace penstock::aws
