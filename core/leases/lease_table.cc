#include "core/leases/lease_table.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/json.h"
#include "core/leases/lease_answers.h"
#include "core/leases/lease_requests.h"

namespace penstock {

namespace {

constexpr size_t kMaxRowAnswerBytes = 4 << 20;    // an item is 400 KiB at most, escaped and named once more
constexpr size_t kMaxScanAnswerBytes = 16 << 20;  // a page is 1 MiB of such
constexpr size_t kMaxTableAnswerBytes = 1 << 20;

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

}  // namespace

void LeaseTable::prepare(const LeaseTableDefinition& definition, Prepared prepared) {
  call_(
      "DescribeTable", describe_table_body(table_), kMaxTableAnswerBytes,
      [this, definition, prepared = std::move(prepared)](Result<ServiceAnswer> answer) mutable {
        if (answer.status().code() == Code::not_found) return make(definition, std::move(prepared));
        if (!answer.ok()) return prepared(told(answer.status()));
        const Result<LeaseTableState> state = read_describe_table(std::move(answer->body));
        if (!state.ok()) return prepared(told(state.status()));
        if (state->status == "CREATING") return prepared(false);
        if (state->status != "ACTIVE" && state->status != "UPDATING")
          return prepared(Status(Code::transient, "table " + table_ + " is " + printable(state->status) +
                                                      "; it has to be ACTIVE to hold leases"));
        if (!state->of_leases)
          return prepared(Status(Code::config, "table " + table_ +
                                                   " is no table of leases: its key has to be leaseKey, a string, "
                                                   "alone; name another table"));
        prepared(true);
      });
}

void LeaseTable::make(const LeaseTableDefinition& definition, Prepared prepared) {
  if (!definition.create)
    return prepared(Status(Code::config, "table " + table_ + " is not there in " + region_ +
                                             "; set create_table on, or make it: " +
                                             create_table_command(table_, region_, definition.tags)));
  call_("CreateTable", create_table_body(table_, definition.tags), kMaxTableAnswerBytes,
        [this, prepared = std::move(prepared)](const Result<ServiceAnswer>& answer) {
          // Another worker may have been quicker.
          if (answer.ok() || answer.status().code() == Code::conflict) return prepared(false);
          prepared(told(answer.status()));
        });
}

void LeaseTable::scan(Scanned scanned) { scan_page(std::make_shared<LeaseList>(), "", std::move(scanned)); }

void LeaseTable::scan_page(std::shared_ptr<LeaseList> list, const std::string& after, Scanned scanned) {
  call_("Scan", scan_body(table_, after), kMaxScanAnswerBytes,
        [this, list = std::move(list), scanned = std::move(scanned)](Result<ServiceAnswer> answer) mutable {
          if (!answer.ok()) return scanned(told(answer.status()));
          Result<LeasePage> page = read_scan(std::move(answer->body));
          if (!page.ok()) return scanned(told(page.status()));
          std::move(page->leases.begin(), page->leases.end(), std::back_inserter(list->leases));
          std::move(page->unreadable.begin(), page->unreadable.end(), std::back_inserter(list->unreadable));
          if (page->ended_after.empty()) return scanned(std::move(*list));
          scan_page(std::move(list), page->ended_after, std::move(scanned));
        });
}

void LeaseTable::get(const std::string& key, Got got) {
  call_("GetItem", get_lease_body(table_, key), kMaxRowAnswerBytes,
        [this, got = std::move(got)](Result<ServiceAnswer> answer) {
          if (!answer.ok()) return got(told(answer.status()));
          Result<std::optional<Lease>> row = read_lease(std::move(answer->body));
          got(row.ok() ? std::move(row) : told(row.status()));
        });
}

void LeaseTable::create(const Lease& lease, Written written) {
  Lease row = lease;
  row.owner.clear();
  std::string body = create_lease_body(table_, row);
  write(
      "PutItem", std::move(body), lease.key, [](const std::optional<Lease>&) { return false; }, std::move(row),
      std::move(written));
}

void LeaseTable::take(const Lease& seen, const std::string& owner, const LeaseChange& change, Written written) {
  const auto taken = [owner, counter = seen.counter](const std::optional<Lease>& row) {
    return row && row->owner == owner && row->counter == counter + 1;
  };
  write("UpdateItem", take_lease_body(table_, seen, owner, change), seen.key, taken, {}, std::move(written));
}

void LeaseTable::renew(const std::string& key, int64_t counter, const std::string& owner,
                       const LeaseChange& change, Written written) {
  const auto renewed = [counter, owner, change](const std::optional<Lease>& row) {
    return row && row->owner == owner && row->counter == counter + 1 && holds(*row, change);
  };
  write("UpdateItem", renew_lease_body(table_, key, counter, owner, change), key, renewed, {}, std::move(written));
}

void LeaseTable::evict(const std::string& key, const std::string& owner, Written written) {
  const auto free = [](const std::optional<Lease>& row) { return row && row->owner.empty(); };
  write("UpdateItem", evict_lease_body(table_, key, owner), key, free, {}, std::move(written));
}

void LeaseTable::remove(const std::string& key, int64_t counter, Written written) {
  const auto gone = [](const std::optional<Lease>& row) { return !row; };
  write("DeleteItem", remove_lease_body(table_, key, counter), key, gone, {}, std::move(written));
}

void LeaseTable::write(std::string_view operation, std::string body, const std::string& key, AsAsked as_asked,
                       std::optional<Lease> row_then, Written written) {
  call_(operation, std::move(body), kMaxRowAnswerBytes,
        [this, key, as_asked = std::move(as_asked), row_then = std::move(row_then),
         written = std::move(written)](Result<ServiceAnswer> answer) mutable {
          using Outcome = LeaseWrite::Outcome;
          if (answer.ok()) {
            Result<std::optional<Lease>> row = read_lease(std::move(answer->body));
            if (!row.ok()) return written(told(row.status()));
            return written(LeaseWrite{Outcome::done, *row ? std::move(*row) : std::move(row_then)});
          }
          if (answer.status().code() != Code::conflict) return written(told(answer.status()));
          get(key,
              [as_asked = std::move(as_asked), written = std::move(written)](Result<std::optional<Lease>> row) {
                if (!row.ok()) return written(row.status());
                const Outcome outcome = as_asked(*row) ? Outcome::done_before : Outcome::refused;
                written(LeaseWrite{outcome, std::move(*row)});
              });
        });
}

Status LeaseTable::told(const Status& status) const { return status.in("table " + table_); }

}  // namespace penstock
