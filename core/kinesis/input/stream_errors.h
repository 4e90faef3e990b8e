// Errors of streams that LocalAssignment and the leases share.
#pragma once

#include <string>

#include "base/status.h"
#include "core/kinesis/read_api.h"

namespace penstock::kinesis {

// Returns the error that records were lost because they passed the stream's retention unread. where: the stream
// and shard. details: the positions, for the end of the message.
Status lost_to_retention(const std::string& where, const std::string& details);

// Returns the error that the stream was deleted and created again after its positions were saved. positions: where
// they are saved. created_ms: the creation time of the stream that they belong to.
Status stream_was_recreated(const StreamIdentity& stream, const std::string& positions, int64_t created_ms);

}  // namespace penstock::kinesis
