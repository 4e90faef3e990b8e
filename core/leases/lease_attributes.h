// Names in the rows of the table of leases, as KCL 2.x has them (its class DynamoDBLeaseSerializer); KCL 3 and we
// add some. https://github.com/awslabs/amazon-kinesis-client
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

// Where an application reads several streams (DynamoDBMultiStreamLeaseSerializer).
inline constexpr char kStreamId[] = "streamName";  // the identifier, whatever its name says
inline constexpr char kShardId[] = "shardId";

// Of KCL 3.
inline constexpr char kCheckpointOwner[] = "checkpointOwner";
inline constexpr char kEntityType[] = "entityType";

// Ours.
inline constexpr char kStreamArn[] = "penstockStreamArn";
inline constexpr char kStreamCreated[] = "penstockStreamCreatedMs";
inline constexpr char kStarted[] = "penstockStartedMs";

}  // namespace penstock::leases::lease_attribute
