// Attribute names in the lease table, as in KCL 2.x (class DynamoDBLeaseSerializer); KCL 3 and we add some.
// https://github.com/awslabs/amazon-kinesis-client
#pragma once

namespace penstock::leases::lease_attribute {

inline constexpr char kKey[] = "leaseKey";
inline constexpr char kOwner[] = "leaseOwner";
inline constexpr char kCounter[] = "leaseCounter";
inline constexpr char kOwnerSwitches[] = "ownerSwitchesSinceCheckpoint";
inline constexpr char kCheckpoint[] = "checkpoint";
inline constexpr char kSubSequenceNumber[] = "checkpointSubSequenceNumber";
inline constexpr char kPendingCheckpoint[] = "pendingCheckpoint";
inline constexpr char kPendingSubSequenceNumber[] = "pendingCheckpointSubSequenceNumber";
inline constexpr char kPendingState[] = "pendingCheckpointState";
inline constexpr char kParentIds[] = "parentShardId";
inline constexpr char kChildIds[] = "childShardIds";
inline constexpr char kStartingHashKey[] = "startingHashKey";
inline constexpr char kEndingHashKey[] = "endingHashKey";

// For an application that reads several streams (DynamoDBMultiStreamLeaseSerializer).
inline constexpr char kStreamId[] = "streamName";  // the stream identifier, despite this name
inline constexpr char kShardId[] = "shardId";

// KCL 3 only.
inline constexpr char kCheckpointOwner[] = "checkpointOwner";
inline constexpr char kEntityType[] = "entityType";
inline constexpr char kClientVersion[] = "cv";
inline constexpr char kThroughput[] = "throughputKBps";

// Our own.
inline constexpr char kStreamArn[] = "penstockStreamArn";
inline constexpr char kStreamCreated[] = "penstockStreamCreatedMs";
inline constexpr char kStarted[] = "penstockStartedMs";

}  // namespace penstock::leases::lease_attribute
