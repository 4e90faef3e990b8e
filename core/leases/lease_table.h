// The table of the leases: one call of DynamoDB a method.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/completion.h"
#include "base/status.h"
#include "core/aws/service_call.h"
#include "core/leases/lease.h"

namespace penstock::leases {

// What became of a write under a condition.
struct LeaseWriteResult {
  enum class Outcome {
    done,         // by this call
    done_before,  // by an earlier call of ours whose response was lost: it took place no sooner than that one
                  // began
    conflict,     // the condition did not hold
  };
  Outcome outcome = Outcome::conflict;
  std::optional<Lease> row;  // as it stands now; none: there is no such row (any more)
};

// What an owner writes beside the counter; what is left as it is here stays as it is there.
struct LeaseChange {
  // With it goes sub_sequence_number; the count of owner switches begins anew, KCL's pending checkpoint goes.
  std::string checkpoint;
  uint64_t sub_sequence_number = 0;
  std::vector<std::string> child_ids;
  std::string stream_arn;
  int64_t stream_created_ms = 0;
  int64_t started_ms = 0;
};

struct LeaseList {
  std::vector<Lease> leases;
  std::vector<std::string> unreadable;  // keys of rows that are no lease of anybody's
  size_t response_bytes = 0;            // of the pages that they came in
};

// What create_table makes, and what the error names where the table is missing and may not be made.
struct LeaseTableDefinition {
  bool create = false;                      // option create_table
  std::map<std::string, std::string> tags;  // option table_tags
};

// Each method begins one call (scan: one a page) and tells its outcome once, as ServiceCall does, whatever memory
// there is; trying again is the caller's. Errors: Code::throttled, transient, ... of the service; transient means
// that the write may have taken place all the same: call the same again, with the same counter. Where it had, its
// condition fails, the row is read again (at once, by the table) and the outcome is done_before.
//
// The table must outlive its calls. Ids of workers are unique and never used again: a row that bears mine is mine.
class LeaseTable {
 public:
  using Prepared = Completion<bool>::Callback;
  using Scanned = Completion<LeaseList>::Callback;
  using Got = Completion<std::optional<Lease>>::Callback;
  using Written = Completion<LeaseWriteResult>::Callback;

  // region is for the errors alone.
  LeaseTable(aws::ServiceCall call, std::string table, std::string region)
      : call_(std::move(call)), table_(std::move(table)), region_(std::move(region)) {}

  const std::string& name() const { return table_; }

  // One step towards a table that can be used. True: it can be. False: it is being made, so ask again in a second
  // or so. Code::config where it is missing and may not be made (with the definition, as a command to paste), or
  // where it is no table of leases.
  void prepare(const LeaseTableDefinition& definition, Prepared done);

  // All leases, read page by page. Eventual reads cost half as much, and are what KCL does: a row may be seconds
  // old, so that a counter may seem to go back. Code::config where the table belongs to a fleet of KCL 3, whose
  // workers share leases out otherwise; Code::too_large where its pages have more than 128 MiB.
  enum class Reads { eventual, consistent };
  void scan(Reads reads, Scanned done);

  // Consistently. None: there is no such row.
  void get(const std::string& key, Got done);

  // Where there is no row of that key; otherwise the outcome is refused, with the row that is there. Any owner
  // given is left out.
  void create(const Lease& lease, Written done);

  // Makes the row of seen say what lease says, free and with the counter counted up, where its counter is still
  // that of seen. At no moment is there no row. Attributes that are not a Lease's stay as they are.
  void replace(const Lease& seen, const Lease& lease, Written done);

  // Makes owner the owner where the row's counter is still that of seen; change goes with it. The position to
  // resume from is the row's that is handed back.
  void take(const Lease& seen, const std::string& owner, const LeaseChange& change, Written done);

  // Renews what owner holds at counter; change goes with it (none: a bare renewal), so that a checkpoint doubles
  // as a renewal. One such call a lease at a time. Where it is refused and the row is still the owner's (an
  // earlier call's change came through, this one's not), go on from the row's counter; any other row, or none, is
  // a loss.
  void renew(const std::string& key, int64_t counter, const std::string& owner, const LeaseChange& change,
             Written done);

  // Sets free what owner holds. Refused where the row is not the owner's any more, which is as good.
  void evict(const std::string& key, const std::string& owner, Written done);

  // Deletes the row where its counter is still the one given. done_before: there was none.
  void remove(const std::string& key, int64_t counter, Written done);

 private:
  // Whether a row is as a call wanted it, although its condition did not hold.
  using AsAsked = std::function<bool(const std::optional<Lease>& row)>;

  void create_table(const LeaseTableDefinition& definition, const Completion<bool>& completion);
  void scan_page(Reads reads, std::shared_ptr<LeaseList> list, const std::string& after,
                 const Completion<LeaseList>& completion);
  void read_row(const std::string& key, const Completion<std::optional<Lease>>& completion);
  // row_then: the row after it, where the response does not tell.
  void write(std::string_view operation, std::string body, const std::string& key, AsAsked as_asked,
             std::optional<Lease> row_then, const Completion<LeaseWriteResult>& completion);
  // With the table's name.
  Status in_table(const Status& status) const;

  aws::ServiceCall call_;
  std::string table_;
  std::string region_;
};

}  // namespace penstock::leases
