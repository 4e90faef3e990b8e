#include "core/leases/lease_table.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.h"
#include "core/leases/lease_requests.h"
#include "core/leases/lease_responses.h"

namespace penstock::leases {

namespace {

constexpr size_t kMaxRowResponseBytes = 4 << 20;    // an item is at most 400 KiB, plus escapes and names
constexpr size_t kMaxScanResponseBytes = 16 << 20;  // a page is 1 MiB of such items
constexpr size_t kMaxTableResponseBytes = 1 << 20;
// Limit for all pages of a scan, which bounds the memory for the rows of a table. Well over 100,000 leases fit,
// which take at most a kilobyte each. A larger table is not a lease table, or its pages do not end.
constexpr size_t kMaxScanBytes = 128 << 20;

bool same_set(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

bool holds(const Lease& row, const LeaseChange& change) {
  return (change.checkpoint.empty() ||
          (row.checkpoint == change.checkpoint && row.sub_sequence_number == change.sub_sequence_number)) &&
         (change.child_ids.empty() || same_set(row.child_ids, change.child_ids)) &&
         (change.stream_arn.empty() || row.stream_arn == change.stream_arn) &&
         (change.stream_created_ms == 0 || row.stream_created_ms == change.stream_created_ms) &&
         (change.started_ms == 0 || row.started_ms == change.started_ms);
}

Status too_large(const LeaseList& list) {
  return {Code::too_large, "PS0506",
          "Scan: the table is too large; use a separate lease table for each application, and delete rows that "
          "are not leases of existing streams (limit " +
              std::to_string(kMaxScanBytes >> 20) +
              " MiB, rows read so far: " + std::to_string(list.leases.size() + list.unreadable.size()) + ")"};
}

// Compares everything but the counter. REQUIRES: lease is free.
bool has_same_content(const Lease& row, const Lease& lease) {
  return row.owner.empty() && row.checkpoint == lease.checkpoint &&
         row.sub_sequence_number == lease.sub_sequence_number && row.owner_switches == lease.owner_switches &&
         same_set(row.parent_ids, lease.parent_ids) && same_set(row.child_ids, lease.child_ids) &&
         row.first_hash_key == lease.first_hash_key && row.last_hash_key == lease.last_hash_key &&
         row.stream_id == lease.stream_id && row.stream_arn == lease.stream_arn &&
         row.stream_created_ms == lease.stream_created_ms && row.started_ms == lease.started_ms;
}

}  // namespace

void LeaseTable::prepare(const LeaseTableDefinition& definition, Prepared done) {
  Completion<bool>::start(std::move(done), [&](const Completion<bool>& completion) {
    call_("DescribeTable", describe_table_body(table_), kMaxTableResponseBytes,
          completion.then([this, definition](const Completion<bool>& next, Result<aws::ServiceResponse> response) {
            if (response.status().code() == Code::not_found) return create_table(definition, next);
            if (!response.ok()) return next(in_table(response.status()));
            const Result<LeaseTableState> state = read_describe_table(std::move(response->body));
            if (!state.ok()) return next(in_table(state.status()));
            if (state->status == "CREATING") return next(false);
            if (state->status != "ACTIVE" && state->status != "UPDATING")
              return next(Status(Code::transient, "PS0507",
                                 "table " + table_ + " has status " + printable(state->status) +
                                     ": expected ACTIVE or UPDATING"));
            if (!state->of_leases)
              return next(Status(Code::config, "PS0508",
                                 "table " + table_ +
                                     " is not a lease table: expected a table whose key is leaseKey, a string, "
                                     "alone; choose another table"));
            has_kcl3_index_ = state->has_kcl3_index;
            next(true);
          }));
  });
}

void LeaseTable::create_table(const LeaseTableDefinition& definition, const Completion<bool>& completion) {
  if (!definition.create)
    return completion(Status(
        Code::config, "PS0509",
        "table " + table_ + " does not exist in " + region_ +
            "; set create_table on, or create it: " + create_table_command(table_, region_, definition.tags)));
  call_("CreateTable", create_table_body(table_, definition.tags), kMaxTableResponseBytes,
        completion.then([this](const Completion<bool>& next, const Result<aws::ServiceResponse>& response) {
          // Another worker may have been faster.
          if (response.ok() || response.status().code() == Code::conflict) return next(false);
          next(in_table(response.status()));
        }));
}

void LeaseTable::scan(Reads reads, Scanned done) {
  Completion<LeaseList>::start(std::move(done), [this, reads](const Completion<LeaseList>& completion) {
    scan_page(reads, std::make_shared<LeaseList>(), "", completion);
  });
}

void LeaseTable::scan_page(Reads reads, std::shared_ptr<LeaseList> list, const std::string& after,
                           const Completion<LeaseList>& completion) {
  call_("Scan", scan_body(table_, after, reads), kMaxScanResponseBytes,
        completion.then([this, reads, list = std::move(list)](const Completion<LeaseList>& next,
                                                              Result<aws::ServiceResponse> response) {
          if (!response.ok()) return next(in_table(response.status()));
          list->response_bytes += response->body.size();
          if (list->response_bytes > kMaxScanBytes) return next(in_table(too_large(*list)));
          Result<LeasePage> page = read_scan(std::move(response->body));
          if (!page.ok()) return next(in_table(page.status()));
          std::move(page->leases.begin(), page->leases.end(), std::back_inserter(list->leases));
          list->kcl3.merge(std::move(page->kcl3));
          std::move(page->unreadable.begin(), page->unreadable.end(), std::back_inserter(list->unreadable));
          if (page->ended_after.empty()) return next(std::move(*list));
          scan_page(reads, list, page->ended_after, next);
        }));
}

void LeaseTable::get(const std::string& key, Got done) {
  Completion<std::optional<Lease>>::start(
      std::move(done), [&](const Completion<std::optional<Lease>>& completion) { read_row(key, completion); });
}

void LeaseTable::read_row(const std::string& key, const Completion<std::optional<Lease>>& completion) {
  call_(
      "GetItem", get_lease_body(table_, key), kMaxRowResponseBytes,
      completion.then([this](const Completion<std::optional<Lease>>& next, Result<aws::ServiceResponse> response) {
        if (!response.ok()) return next(in_table(response.status()));
        Result<std::optional<Lease>> row = read_lease(std::move(response->body));
        next(row.ok() ? std::move(row) : in_table(row.status()));
      }));
}

void LeaseTable::create(const Lease& lease, Written done) {
  Completion<LeaseWriteResult>::start(std::move(done), [&](const Completion<LeaseWriteResult>& completion) {
    Lease row = lease;
    row.owner.clear();
    std::string body = create_lease_body(table_, row);
    write(
        "PutItem", std::move(body), lease.key, [](const std::optional<Lease>&) { return false; }, std::move(row),
        completion);
  });
}

void LeaseTable::replace(const Lease& seen, const Lease& lease, Written done) {
  Completion<LeaseWriteResult>::start(std::move(done), [&](const Completion<LeaseWriteResult>& completion) {
    const auto replaced = [lease, counter = seen.counter + 1](const std::optional<Lease>& row) {
      return row && row->counter == counter && has_same_content(*row, lease);
    };
    write("UpdateItem", replace_lease_body(table_, seen, lease), seen.key, replaced, {}, completion);
  });
}

void LeaseTable::take(const Lease& seen, const std::string& owner, const LeaseChange& change, Written done) {
  Completion<LeaseWriteResult>::start(std::move(done), [&](const Completion<LeaseWriteResult>& completion) {
    const auto taken = [owner, counter = seen.counter](const std::optional<Lease>& row) {
      return row && row->owner == owner && row->counter == counter + 1;
    };
    write("UpdateItem", take_lease_body(table_, seen, owner, change), seen.key, taken, {}, completion);
  });
}

void LeaseTable::renew(const std::string& key, int64_t counter, const std::string& owner,
                       const LeaseChange& change, Written done) {
  Completion<LeaseWriteResult>::start(std::move(done), [&](const Completion<LeaseWriteResult>& completion) {
    const auto renewed = [counter, owner, change](const std::optional<Lease>& row) {
      return row && row->owner == owner && row->counter == counter + 1 && holds(*row, change);
    };
    write("UpdateItem", renew_lease_body(table_, key, counter, owner, change), key, renewed, {}, completion);
  });
}

void LeaseTable::evict(const std::string& key, const std::string& owner, Written done) {
  Completion<LeaseWriteResult>::start(std::move(done), [&](const Completion<LeaseWriteResult>& completion) {
    const auto free = [](const std::optional<Lease>& row) { return row && row->owner.empty(); };
    write("UpdateItem", evict_lease_body(table_, key, owner), key, free, {}, completion);
  });
}

void LeaseTable::remove(const std::string& key, int64_t counter, Written done) {
  Completion<LeaseWriteResult>::start(std::move(done), [&](const Completion<LeaseWriteResult>& completion) {
    const auto gone = [](const std::optional<Lease>& row) { return !row; };
    write("DeleteItem", remove_lease_body(table_, key, counter), key, gone, {}, completion);
  });
}

void LeaseTable::write(std::string_view operation, std::string body, const std::string& key, IsWritten is_written,
                       std::optional<Lease> row_after, const Completion<LeaseWriteResult>& completion) {
  using Outcome = LeaseWriteResult::Outcome;
  auto on_response = [this, key, is_written = std::move(is_written), row_after = std::move(row_after)](
                         const Completion<LeaseWriteResult>& next, Result<aws::ServiceResponse> response) mutable {
    if (response.ok()) {
      Result<std::optional<Lease>> row = read_lease(std::move(response->body));
      if (!row.ok()) return next(in_table(row.status()));
      return next(LeaseWriteResult{Outcome::done, *row ? std::move(*row) : std::move(row_after)});
    }
    if (response.status().code() != Code::conflict) return next(in_table(response.status()));
    auto on_row = [is_written = std::move(is_written)](const Completion<LeaseWriteResult>& last,
                                                       Result<std::optional<Lease>> row) {
      if (!row.ok()) return last(row.status());
      const Outcome outcome = is_written(*row) ? Outcome::done_before : Outcome::conflict;
      last(LeaseWriteResult{outcome, std::move(*row)});
    };
    read_row(key, next.then(std::move(on_row)));
  };
  call_(operation, std::move(body), kMaxRowResponseBytes, completion.then(std::move(on_response)));
}

Status LeaseTable::in_table(const Status& status) const { return status.in("table " + table_); }

}  // namespace penstock::leases
