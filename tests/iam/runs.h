// Runs of Penstock in each of its modes, from the first call to a clean end.
#pragma once

#include <string>

#include "tests/iam/world.h"

namespace penstock::iam {

// Each run returns whether it did its work: everything is delivered, and the position is saved.
// stream: name or ARN.
bool read_with_file(World& world, const std::string& stream, const aws::Role& role = {});
bool read_with_leases(World& world);
bool read_queue(World& world);
bool write_plain(World& world, const std::string& stream);
bool write_kpl(World& world);
// As CloudWatch Logs does for a subscription of a log group in that account.
bool put_log_events(World& world, const std::string& account);

}  // namespace penstock::iam
