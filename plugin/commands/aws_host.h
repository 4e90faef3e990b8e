// Whether a host belongs to AWS.
#pragma once

#include <string_view>

#include "core/aws/endpoint.h"

namespace penstock::plugin {

// Returns whether the host is in the domain of the endpoint's service, like a FIPS, dual-stack or VPC endpoint:
// all of these lead to the same streams.
bool is_host_of_aws(const aws::Endpoint& endpoint, std::string_view host);

}  // namespace penstock::plugin
