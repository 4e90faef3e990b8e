// Checks, without reading or writing a record, whether a section may use its streams, its queue, and its lease
// table.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "core/aws/credentials/sts.h"
#include "core/kinesis/input/input.h"
#include "core/kinesis/queue/queue_name.h"
#include "core/leases/lease_table.h"
#include "plugin/commands/access_report.h"
#include "plugin/commands/dry_runs.h"
#include "plugin/commands/patience.h"

namespace penstock::plugin {

// The means of the checks of a section. REQUIRES: the references outlive it.
struct AccessCheck {
  Patience& patience;
  DryRuns& dry_runs;
  AccessReport& report;
  std::optional<aws::CallerIdentity> identity;  // nullopt: unknown

  // Returns the ARN of a resource of the caller's account, such as "stream/in" of kinesis.
  std::string arn_of(const std::string& service, const std::string& region, const std::string& resource) const;
};

struct ReadingNeeds {
  std::set<std::string> shards;  // those of the option; empty: all
  size_t inflate_limit_bytes = 0;
  bool applies_hash_range_rule = true;
};
void check_stream_to_read(AccessCheck& check, const kinesis::InputStream& stream, const ReadingNeeds& needs);

struct WritingNeeds {
  size_t max_record_bytes = 0;  // 0: that of the stream
  bool aggregates_kpl = false;
  std::string option_that_needs_keys;  // "": none; such as "ordering per_key"
};
// heeds_dry_runs: whether the endpoint is certain to. Else, PutRecords is not called unless a harmless call shows
// it.
void check_stream_to_write(AccessCheck& check, const kinesis::InputStream& stream, const WritingNeeds& needs,
                           bool heeds_dry_runs);

void check_queue(AccessCheck& check, aws::ServiceClient& client, const kinesis::QueueName& queue);

// creates: whether the input creates the table if it is missing.
void check_lease_table(AccessCheck& check, leases::LeaseTable& table, const std::string& region, bool creates);

}  // namespace penstock::plugin
