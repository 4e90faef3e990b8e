#include "plugin/commands/aws_host.h"

namespace penstock::plugin {

bool is_host_of_aws(const aws::Endpoint& endpoint, std::string_view host) {
  for (const bool dualstack : {false, true}) {
    const Result<aws::Endpoint> own =
        aws::make_endpoint(endpoint.service, endpoint.region, "", false, {false, dualstack});
    if (!own.ok()) continue;
    // Size of the service and the region, up to and including the first dot of the domain.
    const size_t domain = endpoint.service.size() + endpoint.region.size() + 1;
    if (host.ends_with(std::string_view(own->host).substr(domain))) return true;
  }
  return false;
}

}  // namespace penstock::plugin
