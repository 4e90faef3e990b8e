#include "core/leases/lease_table.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.h"
#include "core/leases/lease_requests.h"
#include "core/leases/lease_responses.h"

namespace penstock::leases {

namespace {

constexpr size_t kMaxRowResponseBytes = 4 << 20;    // an item is 400 KiB at most, escaped and named once more
constexpr size_t kMaxScanResponseBytes = 16 << 20;  // a page is 1 MiB of such
constexpr size_t kMaxTableResponseBytes = 1 << 20;
// Of all pages of a scan, which bounds the memory for the rows of a table: well over 100,000 leases, which take a
// kilobyte or less, and no table that is not what it is taken for, or whose pages do not end.
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
  return {Code::too_large,
          "Scan: its rows come in more than " + std::to_string(kMaxScanBytes >> 20) +
              " MiB, the limit, of which " + std::to_string(list.leases.size() + list.unreadable.size()) +
              " rows were read; use one table for each application, and delete from it what is not "
              "a lease of a stream that there is"};
}

// But for the counter; lease is free.
bool says_the_same(const Lease& row, const Lease& lease) {
  return row.owner.empty() && row.checkpoint == lease.checkpoint &&
         row.sub_sequence_number == lease.sub_sequence_number && row.owner_switches == lease.owner_switches &&
         same_set(row.parent_ids, lease.parent_ids) && same_set(row.child_ids, lease.child_ids) &&
         row.first_hash_key == lease.first_hash_key && row.last_hash_key == lease.last_hash_key &&
         row.stream_id == lease.stream_id && row.stream_arn == lease.stream_arn &&
         row.stream_created_ms == lease.stream_created_ms && row.started_ms == lease.started_ms;
}

}  // namespace

void LeaseTable::prepare(const LeaseTableDefinition& definition, Prepared prepared) {
  Answer<bool>::begin(std::move(prepared), [&](const Answer<bool>& begun) {
    call_(
        "DescribeTable", describe_table_body(table_), kMaxTableResponseBytes,
        begun.later([this, definition](const Answer<bool>& usable, Result<aws::ServiceResponse> response) {
          if (response.status().code() == Code::not_found) return make(definition, usable);
          if (!response.ok()) return usable(told(response.status()));
          const Result<LeaseTableState> state = read_describe_table(std::move(response->body));
          if (!state.ok()) return usable(told(state.status()));
          if (state->status == "CREATING") return usable(false);
          if (state->status != "ACTIVE" && state->status != "UPDATING")
            return usable(Status(Code::transient, "table " + table_ + " is " + printable(state->status) +
                                                      "; it has to be ACTIVE to hold leases"));
          if (!state->of_leases)
            return usable(Status(Code::config, "table " + table_ +
                                                   " is no table of leases: its key has to be leaseKey, a string, "
                                                   "alone; name another table"));
          usable(true);
        }));
  });
}

void LeaseTable::make(const LeaseTableDefinition& definition, const Answer<bool>& usable) {
  if (!definition.create)
    return usable(Status(Code::config, "table " + table_ + " is not there in " + region_ +
                                           "; set create_table on, or make it: " +
                                           create_table_command(table_, region_, definition.tags)));
  call_("CreateTable", create_table_body(table_, definition.tags), kMaxTableResponseBytes,
        usable.later([this](const Answer<bool>& made, const Result<aws::ServiceResponse>& response) {
          // Another worker may have been quicker.
          if (response.ok() || response.status().code() == Code::conflict) return made(false);
          made(told(response.status()));
        }));
}

void LeaseTable::scan(Reads reads, Scanned scanned) {
  Answer<LeaseList>::begin(std::move(scanned), [this, reads](const Answer<LeaseList>& begun) {
    scan_page(reads, std::make_shared<LeaseList>(), "", begun);
  });
}

void LeaseTable::scan_page(Reads reads, std::shared_ptr<LeaseList> list, const std::string& after,
                           const Answer<LeaseList>& scanned) {
  call_("Scan", scan_body(table_, after, reads), kMaxScanResponseBytes,
        scanned.later([this, reads, list = std::move(list)](const Answer<LeaseList>& whole,
                                                            Result<aws::ServiceResponse> response) {
          if (!response.ok()) return whole(told(response.status()));
          list->response_bytes += response->body.size();
          if (list->response_bytes > kMaxScanBytes) return whole(told(too_large(*list)));
          Result<LeasePage> page = read_scan(std::move(response->body));
          if (!page.ok()) return whole(told(page.status()));
          std::move(page->leases.begin(), page->leases.end(), std::back_inserter(list->leases));
          std::move(page->unreadable.begin(), page->unreadable.end(), std::back_inserter(list->unreadable));
          if (page->ended_after.empty()) return whole(std::move(*list));
          scan_page(reads, list, page->ended_after, whole);
        }));
}

void LeaseTable::get(const std::string& key, Got got) {
  Answer<std::optional<Lease>>::begin(std::move(got),
                                      [&](const Answer<std::optional<Lease>>& begun) { read_row(key, begun); });
}

void LeaseTable::read_row(const std::string& key, const Answer<std::optional<Lease>>& got) {
  call_("GetItem", get_lease_body(table_, key), kMaxRowResponseBytes,
        got.later([this](const Answer<std::optional<Lease>>& found, Result<aws::ServiceResponse> response) {
          if (!response.ok()) return found(told(response.status()));
          Result<std::optional<Lease>> row = read_lease(std::move(response->body));
          found(row.ok() ? std::move(row) : told(row.status()));
        }));
}

void LeaseTable::create(const Lease& lease, Written written) {
  Answer<LeaseWriteResult>::begin(std::move(written), [&](const Answer<LeaseWriteResult>& begun) {
    Lease row = lease;
    row.owner.clear();
    std::string body = create_lease_body(table_, row);
    write(
        "PutItem", std::move(body), lease.key, [](const std::optional<Lease>&) { return false; }, std::move(row),
        begun);
  });
}

void LeaseTable::replace(const Lease& seen, const Lease& lease, Written written) {
  Answer<LeaseWriteResult>::begin(std::move(written), [&](const Answer<LeaseWriteResult>& begun) {
    const auto replaced = [lease, counter = seen.counter + 1](const std::optional<Lease>& row) {
      return row && row->counter == counter && says_the_same(*row, lease);
    };
    write("UpdateItem", replace_lease_body(table_, seen, lease), seen.key, replaced, {}, begun);
  });
}

void LeaseTable::take(const Lease& seen, const std::string& owner, const LeaseChange& change, Written written) {
  Answer<LeaseWriteResult>::begin(std::move(written), [&](const Answer<LeaseWriteResult>& begun) {
    const auto taken = [owner, counter = seen.counter](const std::optional<Lease>& row) {
      return row && row->owner == owner && row->counter == counter + 1;
    };
    write("UpdateItem", take_lease_body(table_, seen, owner, change), seen.key, taken, {}, begun);
  });
}

void LeaseTable::renew(const std::string& key, int64_t counter, const std::string& owner,
                       const LeaseChange& change, Written written) {
  Answer<LeaseWriteResult>::begin(std::move(written), [&](const Answer<LeaseWriteResult>& begun) {
    const auto renewed = [counter, owner, change](const std::optional<Lease>& row) {
      return row && row->owner == owner && row->counter == counter + 1 && holds(*row, change);
    };
    write("UpdateItem", renew_lease_body(table_, key, counter, owner, change), key, renewed, {}, begun);
  });
}

void LeaseTable::evict(const std::string& key, const std::string& owner, Written written) {
  Answer<LeaseWriteResult>::begin(std::move(written), [&](const Answer<LeaseWriteResult>& begun) {
    const auto free = [](const std::optional<Lease>& row) { return row && row->owner.empty(); };
    write("UpdateItem", evict_lease_body(table_, key, owner), key, free, {}, begun);
  });
}

void LeaseTable::remove(const std::string& key, int64_t counter, Written written) {
  Answer<LeaseWriteResult>::begin(std::move(written), [&](const Answer<LeaseWriteResult>& begun) {
    const auto gone = [](const std::optional<Lease>& row) { return !row; };
    write("DeleteItem", remove_lease_body(table_, key, counter), key, gone, {}, begun);
  });
}

void LeaseTable::write(std::string_view operation, std::string body, const std::string& key, AsAsked as_asked,
                       std::optional<Lease> row_then, const Answer<LeaseWriteResult>& written) {
  using Outcome = LeaseWriteResult::Outcome;
  auto answered = [this, key, as_asked = std::move(as_asked), row_then = std::move(row_then)](
                      const Answer<LeaseWriteResult>& done, Result<aws::ServiceResponse> response) mutable {
    if (response.ok()) {
      Result<std::optional<Lease>> row = read_lease(std::move(response->body));
      if (!row.ok()) return done(told(row.status()));
      return done(LeaseWriteResult{Outcome::done, *row ? std::move(*row) : std::move(row_then)});
    }
    if (response.status().code() != Code::conflict) return done(told(response.status()));
    auto looked = [as_asked = std::move(as_asked)](const Answer<LeaseWriteResult>& known,
                                                   Result<std::optional<Lease>> row) {
      if (!row.ok()) return known(row.status());
      const Outcome outcome = as_asked(*row) ? Outcome::done_before : Outcome::refused;
      known(LeaseWriteResult{outcome, std::move(*row)});
    };
    read_row(key, done.later(std::move(looked)));
  };
  call_(operation, std::move(body), kMaxRowResponseBytes, written.later(std::move(answered)));
}

Status LeaseTable::told(const Status& status) const { return status.in("table " + table_); }

}  // namespace penstock::leases
