#include "plugin/commands/queue_commands.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/text_table.h"
#include "base/time.h"
#include "core/kinesis/queue/queue_api.h"
#include "plugin/abi/host_env.h"
#include "plugin/commands/describe_queue.h"
#include "plugin/commands/patience.h"
#include "plugin/settings/input_connection.h"
#include "plugin/settings/input_settings.h"

namespace penstock::plugin {

namespace {

constexpr size_t kSmallResponseBytes = 64 << 10;
constexpr size_t kMaxResponseBytes = size_t{150} << 20;  // ten records of 10 MiB in base64
// While a list is being made, the dead letters in it are invisible, so that each is listed once.
constexpr int64_t kListingS = 300;

struct DeadLetter {
  std::string handle;
  std::vector<std::string> cells;
};

struct Changed {
  size_t letters = 0;
  Status failure;  // of a call, or else of the first letter that was not changed
};

// A queue and the calls for it.
struct QueueCalls {
  Patience& patience;
  aws::ServiceClient& client;
  const std::string& arn;

  Result<std::string> call(const char* operation, const std::string& body, size_t max_response_bytes) const {
    Result<aws::ServiceResponse> response = patience.wait<aws::ServiceResponse>(
        operation, [&](auto done) { client.call(operation, body, max_response_bytes, std::move(done)); });
    if (!response.ok()) return response.status();
    return std::move(response->body);
  }

  // Adds up to ten dead letters. Returns how many.
  Result<size_t> receive_dead_letters(std::vector<DeadLetter>& letters) const {
    constexpr const char* kOperation = "ReceiveDeadLetterQueueRecords";
    Result<std::string> body =
        call(kOperation, kinesis::receive_queue_records_body(arn, kinesis::kMaxQueueEntries, 1, kListingS),
             kMaxResponseBytes);
    if (!body.ok()) return body.status();
    const Result<kinesis::QueueRecords> received = kinesis::read_queue_records(kOperation, std::move(*body));
    if (!received.ok()) return received.status();
    for (const kinesis::QueueRecord& record : received->records)
      letters.push_back({std::string(record.receipt_handle),
                         {printable(record.record_id), format_rfc3339(record.arrival_time_ms),
                          std::to_string(record.receive_count), std::to_string(record.data.size()),
                          printable(record.partition_key)}});
    return received->records.size();
  }

  // Applies an operation to all of them, up to the first call that fails as a whole.
  Changed change(const char* operation, const std::vector<DeadLetter>& letters,
                 std::optional<int64_t> visibility_timeout_s) const {
    Changed changed;
    for (size_t first = 0; first < letters.size(); first += kinesis::kMaxQueueEntries) {
      std::vector<kinesis::QueueEntry> entries;
      for (size_t i = first; i < std::min(letters.size(), first + kinesis::kMaxQueueEntries); ++i)
        entries.push_back({letters[i].handle, visibility_timeout_s});
      const Result<std::vector<Status>> outcomes = outcomes_of(operation, entries);
      if (!outcomes.ok()) {
        changed.failure = outcomes.status();
        return changed;
      }
      for (const Status& outcome : *outcomes)
        if (outcome.ok())
          ++changed.letters;
        else if (changed.failure.ok())
          changed.failure = outcome;
    }
    return changed;
  }

  Result<std::vector<Status>> outcomes_of(const char* operation,
                                          const std::vector<kinesis::QueueEntry>& entries) const {
    Result<std::string> body = call(operation, kinesis::entries_body(arn, entries), kSmallResponseBytes);
    if (!body.ok()) return body.status();
    return kinesis::read_entry_outcomes(operation, std::move(*body), entries);
  }
};

void print_description(const kinesis::QueueDescription& queue, const std::string& arn, const Printer& print) {
  print.line("queue " + printable(queue.name) + " (" + arn + ")");
  TextTable table({Align::left, Align::left});
  table.row({"status", printable(queue.status)});
  table.row({"stream", printable(queue.stream_arn)});
  table.row({"visibility timeout", std::to_string(queue.visibility_timeout_s) + " s"});
  table.row({"MaxReceiveCount", queue.max_receive_count ? std::to_string(*queue.max_receive_count)
                                                        : "none: the queue has no dead-letter handling"});
  for (const std::string& line : table.lines()) print.line("  " + line);
}

void print_dead_letters(const std::vector<DeadLetter>& letters, const Printer& print) {
  print.line("visible dead letters: " + std::to_string(letters.size()));
  if (letters.empty()) return;
  TextTable table({Align::left, Align::left, Align::right, Align::right, Align::left});
  table.row({"record", "arrived", "receives", "bytes", "partition key"});
  for (const DeadLetter& letter : letters) table.row(letter.cells);
  for (const std::string& line : table.lines()) print.line("  " + line);
}

// Prints the dead letters. Makes them visible again, or restores them.
Status list_or_restore(const QueueCalls& queue, const Options& arguments, const Printer& print) {
  std::vector<DeadLetter> letters;
  Result<size_t> received = size_t{0};
  do {
    received = queue.receive_dead_letters(letters);
  } while (received.ok() && *received > 0);
  const bool restores = arguments.on("restore") && arguments.on("yes") && received.ok();
  const Changed changed = restores ? queue.change("RestoreDeadLetterQueueRecords", letters, std::nullopt)
                                   : queue.change("UpdateDeadLetterQueueRecordsVisibility", letters, 0);
  if (!received.ok()) return received.status();
  print_dead_letters(letters, print);
  const std::string total = std::to_string(letters.size());
  if (restores) print.line("restored: " + std::to_string(changed.letters) + " of " + total);
  if (!changed.failure.ok())
    return changed.failure.in(
        std::to_string(letters.size() - changed.letters) + " of " + total +
        " dead letters stay invisible for up to 5 minutes; run the command again after that");
  if (arguments.on("restore") && !restores && !letters.empty())
    print.line("Nothing was changed. To restore them, add --yes");
  return {};
}

}  // namespace

Status print_queue(const penstock_host& host, const Options& options, const Options& arguments,
                   const Printer& print) {
  if (arguments.on("yes") && !arguments.on("restore"))
    return {Code::config, "PS0103", "yes has no effect without restore: add --restore, or remove --yes"};
  if (!options.is_given("queue_arn"))
    return {Code::config, "PS0104", "the section reads streams, not a queue: set queue_arn to use this command"};
  const Result<InputSettings> settings = read_input_settings(options);
  if (!settings.ok()) return settings.status();
  const Result<InputConnection> connection = connect_input(host, options, settings->sources());
  if (!connection.ok()) return connection.status();
  Patience patience(connection->host_env->env());
  const QueueCalls queue = {patience, *connection->client, settings->queue->arn};
  const Result<kinesis::QueueDescription> description = describe_queue(patience, queue.client, queue.arn);
  Status status = description.status();
  if (description.ok()) {
    print_description(*description, settings->queue->arn, print);
    status = list_or_restore(queue, arguments, print);
  }
  connection->host_env->end_calls();
  return status;
}

}  // namespace penstock::plugin
