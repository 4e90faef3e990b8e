// The lease table: each method makes one DynamoDB call.
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
#include "core/leases/kcl3.h"
#include "core/leases/lease.h"

namespace penstock::leases {

// Result of a conditional write.
struct LeaseWriteResult {
  enum class Outcome {
    done,         // by this call
    done_before,  // by an earlier call of ours whose response was lost; not before that call started
    conflict,     // the condition was false
  };
  Outcome outcome = Outcome::conflict;
  std::optional<Lease> row;  // the row now; nullopt: not found, or deleted
};

// What an owner writes besides the counter. A field with its default value leaves its attribute unchanged.
struct LeaseChange {
  // Written with sub_sequence_number. Also resets the count of owner switches, and removes KCL's pending
  // checkpoint.
  std::string checkpoint;
  uint64_t sub_sequence_number = 0;
  std::vector<std::string> child_ids;
  std::string stream_arn;
  int64_t stream_created_ms = 0;
  int64_t started_ms = 0;
};

struct LeaseList {
  std::vector<Lease> leases;
  std::vector<std::string> unreadable;  // keys of rows that are neither leases nor of KCL 3
  Kcl3Traces kcl3;
  size_t response_bytes = 0;  // total size of the pages
};

// What create_table creates, and what the error shows if the table is missing and must not be created.
struct LeaseTableDefinition {
  bool create = false;                      // option create_table
  std::map<std::string, std::string> tags;  // option table_tags
};

// Client for the lease table. Each method starts one call (scan: one per page) and reports its outcome exactly
// once, as ServiceCall does, even if memory runs out; retries are up to the caller. Errors are those of the
// service (Code::throttled, transient, ...). transient means that the write may have succeeded: repeat the same
// call, with the same counter. If the first call did succeed, the condition of the second is false; the table then
// reads the row at once, and the outcome is done_before.
//
// REQUIRES: the table outlives its calls. Worker ids are unique and never reused, so a row with our id is ours.
class LeaseTable {
 public:
  using Prepared = Completion<bool>::Callback;
  using Scanned = Completion<LeaseList>::Callback;
  using Got = Completion<std::optional<Lease>>::Callback;
  using Written = Completion<LeaseWriteResult>::Callback;

  // region is used only in errors.
  LeaseTable(aws::ServiceCall call, std::string table, std::string region)
      : call_(std::move(call)), table_(std::move(table)), region_(std::move(region)) {}

  const std::string& name() const { return table_; }
  // Returns whether prepare() saw the index of KCL 3.
  bool has_kcl3_index() const { return has_kcl3_index_; }

  // Takes one step towards a usable table. Returns true if it is usable, and false if it is being created: call
  // again in about a second. Returns Code::config if it is missing and must not be created (with its definition,
  // as a command to paste), or if it is not a lease table.
  void prepare(const LeaseTableDefinition& definition, Prepared done);

  // Reads all leases, page by page. Eventually consistent reads cost half as much, and KCL uses them: a row may be
  // seconds old, so a counter may seem to decrease. Returns Code::too_large if its pages exceed 128 MiB.
  enum class Reads { eventual, consistent };
  void scan(Reads reads, Scanned done);

  // Reads a row, with a consistent read; nullopt if not found.
  void get(const std::string& key, Got done);

  // Creates a row. If the key exists, the outcome is conflict, with the row that exists. The owner of lease is
  // ignored.
  void create(const Lease& lease, Written done);

  // Replaces the row of seen by lease, free and with the counter incremented, if the row's counter is still that
  // of seen. The row exists at every moment. Attributes that a Lease does not have stay as they are.
  void replace(const Lease& seen, const Lease& lease, Written done);

  // Makes owner the owner and writes change, if the row's counter is still that of seen. Reading resumes from the
  // position of the row that is returned.
  void take(const Lease& seen, const std::string& owner, const LeaseChange& change, Written done);

  // Renews the lease that owner holds at counter, and writes change (empty: a bare renewal), so that a checkpoint
  // doubles as a renewal. REQUIRES: one such call per lease at a time. On a conflict with a row that is still the
  // owner's, an earlier call's change was written and this one's was not: continue from the row's counter. Any
  // other row, or none, means that the lease is lost.
  void renew(const std::string& key, int64_t counter, const std::string& owner, const LeaseChange& change,
             Written done);

  // Releases the lease that owner holds. A conflict means that the row is no longer the owner's, which is
  // just as good.
  void evict(const std::string& key, const std::string& owner, Written done);

  // Deletes the row if its counter is still the given one. done_before: it was already deleted.
  void remove(const std::string& key, int64_t counter, Written done);

 private:
  // Returns whether a row already has what a call would write, although the call's condition was false.
  using IsWritten = std::function<bool(const std::optional<Lease>& row)>;

  void create_table(const LeaseTableDefinition& definition, const Completion<bool>& completion);
  void scan_page(Reads reads, std::shared_ptr<LeaseList> list, const std::string& after,
                 const Completion<LeaseList>& completion);
  void read_row(const std::string& key, const Completion<std::optional<Lease>>& completion);
  // row_after: the row after the write, if the response does not have it.
  void write(std::string_view operation, std::string body, const std::string& key, IsWritten is_written,
             std::optional<Lease> row_after, const Completion<LeaseWriteResult>& completion);
  // Adds the table's name to an error.
  Status in_table(const Status& status) const;

  aws::ServiceCall call_;
  std::string table_;
  std::string region_;
  bool has_kcl3_index_ = false;
};

}  // namespace penstock::leases
