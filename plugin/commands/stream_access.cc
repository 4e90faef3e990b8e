#include "plugin/commands/stream_access.h"

#include <utility>

#include "core/kinesis/put_records.h"
#include "core/kinesis/read_api.h"
#include "plugin/commands/describe_queue.h"

namespace penstock::plugin {

namespace {

constexpr size_t kSmallResponseBytes = 64 << 10;
constexpr size_t kShardsResponseBytes = 4 << 20;
constexpr const char* kFirstShard = "shardId-000000000000";

std::string kib(size_t bytes) { return std::to_string(bytes >> 10) + " KiB"; }

// The checks of one stream.
class StreamCheck {
 public:
  StreamCheck(AccessCheck& check, const kinesis::InputStream& stream)
      : check_(check), report_(check.report), stream_(stream) {
    const bool is_arn = stream.name.text.starts_with("arn:");
    arn_ =
        is_arn ? stream.name.text : check.arn_of("kinesis", stream.client->region(), "stream/" + stream.name.name);
    report_.begin("stream " + stream.name.name);
    if (is_arn && check.identity && !stream.name.account.empty() && stream.name.account != check.identity->account)
      report_.fact("account", stream.name.account +
                                  ", another one than the identity's: the stream's own policy has to "
                                  "allow the calls as well");
  }

  // Returns whether the service answers at all.
  bool describe() {
    const Result<aws::ServiceResponse> response = call(
        "DescribeStreamSummary", kinesis::describe_stream_summary_body(stream_.name.text), kSmallResponseBytes);
    Status outcome = response.status();
    if (response.ok()) {
      Result<kinesis::StreamSummary> summary = kinesis::read_describe_stream_summary(response->body);
      outcome = summary.status();
      if (summary.ok()) summary_ = std::move(*summary);
      if (summary_ && !summary_->identity.arn.empty()) arn_ = summary_->identity.arn;
    }
    report_.fact("ARN", arn_);
    report_call("DescribeStreamSummary", outcome);
    if (summary_) print_facts();
    return outcome.ok() || outcome.code() == Code::denied || outcome.code() == Code::not_found;
  }

  // Returns the ID of a shard that exists; "" if none is known.
  std::string list() {
    const Result<aws::ServiceResponse> response =
        call("ListShards", kinesis::list_shards_body(stream_.name.text, ""), kShardsResponseBytes);
    Result<kinesis::ListShardsResponse> page =
        response.ok() ? kinesis::read_list_shards(response->body) : response.status();
    report_call("ListShards", page.status());
    return page.ok() && !page->shards.empty() ? page->shards.front().id : "";
  }

  DryRuns::Result dry_run(const char* operation, std::string body) {
    return check_.dry_runs.run(*stream_.client, operation, std::move(body));
  }
  // Reports a dry run. Returns whether the endpoint heeds dry runs.
  bool report_dry_run(const char* operation, const DryRuns::Result& result) {
    if (result.outcome == DryRuns::Outcome::ignored) {
      report_.works(operation, "the endpoint does not know dry runs and made the call");
      return false;
    }
    report_call(operation, result.error);
    return true;
  }

  Result<std::string> iterator(const std::string& shard) {
    const Result<aws::ServiceResponse> response = call(
        "GetShardIterator", kinesis::get_shard_iterator_body(stream_.name.text, shard, {}), kSmallResponseBytes);
    if (!response.ok()) return response.status();
    return kinesis::read_get_shard_iterator(response->body);
  }

  void report_call(const char* operation, const Status& outcome) {
    report_.call(operation, outcome, std::string("kinesis:") + operation, arn_);
  }

  const std::optional<kinesis::StreamSummary>& summary() const { return summary_; }
  void cannot_check_key(const char* action) {
    const std::string key = summary_ ? summary_->encryption_key : "the stream's KMS key, if it has one";
    if (!key.empty()) report_.cannot_check(std::string(action) + " on " + key + ": dry runs do not check keys");
  }

 private:
  Result<aws::ServiceResponse> call(const char* operation, const std::string& body, size_t max_response_bytes) {
    return check_.patience.wait<aws::ServiceResponse>(
        operation, [&](auto done) { stream_.client->call(operation, body, max_response_bytes, std::move(done)); });
  }

  void print_facts() {
    report_.fact("status", summary_->status);
    report_.fact("mode", summary_->mode);
    report_.fact("record distribution strategy", summary_->strategy.empty() ? "none" : summary_->strategy);
    report_.fact("encryption", summary_->encryption_key.empty() ? "none" : "KMS key " + summary_->encryption_key);
    report_.fact("maximum record size",
                 summary_->max_record_bytes ? kib(*summary_->max_record_bytes) : "not a valid number");
    const bool is_usable = summary_->status == "ACTIVE" || summary_->status == "UPDATING";
    if (!is_usable) report_.fails("status", "expected ACTIVE or UPDATING");
  }

  AccessCheck& check_;
  AccessReport& report_;
  const kinesis::InputStream& stream_;
  std::string arn_;
  std::optional<kinesis::StreamSummary> summary_;
};

std::string put_records_body(const std::string& stream) {
  std::string body;
  kinesis::begin_put_records(body);
  kinesis::append_put_record(body, "", "penstock");
  kinesis::end_put_records(body, stream);
  return body;
}

}  // namespace

std::string AccessCheck::arn_of(const std::string& service, const std::string& region,
                                const std::string& resource) const {
  const std::string partition =
      identity ? identity->arn.substr(4, identity->arn.find(':', 4) - 4) : std::string("aws");
  return "arn:" + partition + ":" + service + ":" + region + ":" + (identity ? identity->account : "ACCOUNT") +
         ":" + resource;
}

void check_stream_to_read(AccessCheck& check, const kinesis::InputStream& stream, const ReadingNeeds& needs) {
  StreamCheck it(check, stream);
  if (!it.describe()) return check.report.not_checked("other calls", "the service does not answer");
  std::string shard = it.list();
  if (!needs.shards.empty()) shard = *needs.shards.begin();
  const DryRuns::Result iterating =
      it.dry_run("GetShardIterator",
                 kinesis::get_shard_iterator_body(stream.name.text, shard.empty() ? kFirstShard : shard, {}));
  const bool heeds_dry_runs = it.report_dry_run("GetShardIterator", iterating);
  // The iterator of a real call: a dry run returns none.
  const Result<std::string> iterator = iterating.outcome == DryRuns::Outcome::would_fail
                                           ? iterating.error
                                           : it.iterator(shard.empty() ? kFirstShard : shard);
  if (!iterator.ok())
    check.report.not_checked("GetRecords", "it needs an iterator from GetShardIterator");
  else if (!heeds_dry_runs)
    check.report.not_checked("GetRecords", "the endpoint would make the call");
  else
    it.report_dry_run("GetRecords",
                      it.dry_run("GetRecords", kinesis::get_records_body(stream.name.text, *iterator, 1)));
  if (const auto& summary = it.summary()) {
    const size_t most = summary->max_record_bytes.value_or(0);
    if (most > needs.inflate_limit_bytes)
      check.report.fails("inflate_limit", kib(needs.inflate_limit_bytes) +
                                              " is less than the largest record of the "
                                              "stream; raise it to at least " +
                                              kib(most));
    else
      check.report.works("inflate_limit", "not less than the largest record of the stream");
    if (summary->distribution == kinesis::RecordDistribution::by_service && needs.applies_hash_range_rule)
      check.report.fact("hash_range_rule", "does not apply while the strategy is " + summary->strategy);
  }
  it.cannot_check_key("kms:Decrypt");
}

void check_stream_to_write(AccessCheck& check, const kinesis::InputStream& stream, const WritingNeeds& needs,
                           bool heeds_dry_runs) {
  StreamCheck it(check, stream);
  if (!it.describe()) return check.report.not_checked("other calls", "the service does not answer");
  const std::string shard = needs.aggregates_kpl ? it.list() : "";
  if (!heeds_dry_runs) {
    const std::string body =
        kinesis::get_shard_iterator_body(stream.name.text, shard.empty() ? kFirstShard : shard, {});
    heeds_dry_runs = it.dry_run("GetShardIterator", body).outcome == DryRuns::Outcome::would_succeed;
  }
  if (heeds_dry_runs)
    it.report_dry_run("PutRecords", it.dry_run("PutRecords", put_records_body(stream.name.text)));
  else
    check.report.not_checked(
        "PutRecords",
        "the endpoint is not one of AWS, and a dry run of GetShardIterator does not show that "
        "it knows dry runs");
  if (const auto& summary = it.summary()) {
    const size_t most = summary->max_record_bytes.value_or(0);
    if (needs.max_record_bytes == 0)
      check.report.works("max_record_bytes", "auto is " + kib(most));
    else if (needs.max_record_bytes > most)
      check.report.fails("max_record_bytes", kib(needs.max_record_bytes) +
                                                 " is more than the stream accepts; set it to auto, or raise "
                                                 "the stream's limit");
    else
      check.report.works("max_record_bytes", needs.max_record_bytes == most ? "that of the stream"
                                                                            : "the stream accepts larger records");
    const bool by_service = summary->distribution == kinesis::RecordDistribution::by_service;
    if (by_service && !needs.option_that_needs_keys.empty())
      check.report.fails(needs.option_that_needs_keys,
                         "nothing is sent while the strategy is " + summary->strategy +
                             "; change the strategy to USER_PARTITION_KEY, or remove the option");
    if (by_service && needs.aggregates_kpl)
      check.report.fact("aggregate kpl", "has no effect while the strategy is " + summary->strategy);
  }
  it.cannot_check_key("kms:GenerateDataKey");
}

void check_queue(AccessCheck& check, aws::ServiceClient& client, const kinesis::QueueName& queue) {
  check.report.begin("queue " + queue.id);
  check.report.fact("ARN", queue.arn);
  const Result<kinesis::QueueDescription> description = describe_queue(check.patience, client, queue.arn);
  check.report.call("DescribeQueue", description.status(), "kinesis:DescribeQueue", queue.arn);
  if (description.ok()) {
    check.report.fact("status", description->status);
    check.report.fact("stream", description->stream_arn);
    check.report.fact("visibility timeout", std::to_string(description->visibility_timeout_s) + " s");
    check.report.fact("MaxReceiveCount",
                      description->max_receive_count ? std::to_string(*description->max_receive_count) : "none");
    if (description->status != "ACTIVE" && description->status != "UPDATING")
      check.report.fails("status", "expected ACTIVE");
  }
  for (const char* action : {"ReceiveQueueRecords", "AcknowledgeQueueRecords", "UpdateQueueRecordsVisibility"})
    check.report.cannot_check(std::string("kinesis:") + action + " on " + queue.arn);
  check.report.cannot_check("kms:Decrypt on the KMS key of the queue's stream, if it has one");
}

void check_lease_table(AccessCheck& check, leases::LeaseTable& table, const std::string& region, bool creates) {
  const std::string arn = check.arn_of("dynamodb", region, "table/" + table.name());
  check.report.begin("lease table " + table.name());
  check.report.fact("ARN", arn);
  const Result<bool> prepared = check.patience.wait<bool>(
      "DescribeTable", [&](auto done) { table.prepare(leases::LeaseTableDefinition{}, std::move(done)); });
  const bool is_missing = prepared.status().message().find(" does not exist in ") != std::string::npos;
  if (is_missing && creates) {
    check.report.works("DescribeTable", "the table does not exist yet; create_table is on");
    check.report.cannot_check("dynamodb:CreateTable and dynamodb:TagResource on " + arn);
  } else {
    check.report.call("DescribeTable", prepared.status(), "dynamodb:DescribeTable", arn);
  }
  if (prepared.ok()) {
    const Result<leases::LeaseList> list = check.patience.wait<leases::LeaseList>(
        "Scan", [&](auto done) { table.scan(leases::LeaseTable::Reads::eventual, std::move(done)); });
    check.report.call("Scan", list.status(), "dynamodb:Scan", arn);
    if (list.ok())
      if (const Status shared = list->kcl3.shared(); !shared.ok()) check.report.fails("leases", shared.text());
    const Result<std::optional<leases::Lease>> row = check.patience.wait<std::optional<leases::Lease>>(
        "GetItem", [&](auto done) { table.get(kFirstShard, std::move(done)); });
    check.report.call("GetItem", row.status(), "dynamodb:GetItem", arn);
  }
  check.report.cannot_check("dynamodb:PutItem, dynamodb:UpdateItem, and dynamodb:DeleteItem on " + arn);
}

}  // namespace penstock::plugin
