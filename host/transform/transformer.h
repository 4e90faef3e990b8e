// Transforms one source record: through the filter that decodes messages and the filter that makes records, to
// standard output or into a summary.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "abi/penstock.h"
#include "base/message_id.h"
#include "client/instance.h"
#include "host/transform/invocation_event.h"
#include "host/transform/summary.h"

namespace penstock::host {

class Transformer {
 public:
  // All arguments must outlive this. Prints the records to fd, which is borrowed; escapes terminal control
  // characters if it is a terminal. If summary is not nullptr, the records go there instead.
  Transformer(client::Instance& messages, client::Instance& records, Summary* summary, int fd);

  // Transforms one piece of text, as cut by JsonSplitter (json_splitter.h) and joined by Base64Lines
  // (base64_lines.h): a subscription message, JSON that contains records (invocation_event.h), or base64. place is
  // the prefix of failures, like "file:12".
  void document(std::string_view text, bool is_json, const std::string& place);

  // Reports a failure on standard error, and counts it.
  void fail(const std::string& place, MessageId id, const std::string& reason);

  // Writes the output so far.
  void flush();

  // Writes text, such as a summary.
  void write(std::string_view text);

  bool reader_gone() const { return reader_gone_; }  // printing failed: stop
  int64_t source_records() const { return source_records_; }
  int64_t records() const { return made_; }
  int64_t failures() const { return failures_; }

 private:
  // The place of a source record: a place like "file:12", and "record 3" if it is one of several there.
  struct Where {
    const std::string& place;
    std::string record;
  };

  // coded_reason: with its code.
  void fail(const Where& where, const std::string& coded_reason);

  static int32_t on_events(void* ctx, const penstock_batch* batch) noexcept;
  static int32_t on_records(void* ctx, const penstock_batch* batch) noexcept;

  void base64_line(std::string_view text, const std::string& place);
  void event_record(KinesisRecord& record, const std::string& place);
  void source_record(std::string_view body, const KinesisRecord& origin, const Where& where);
  void print(std::string_view body);

  client::Instance& messages_;
  client::Instance& records_;
  Summary* summary_;
  int fd_;
  bool terminal_;
  std::string out_;
  const Where* where_ = nullptr;  // of the current source record
  bool reader_gone_ = false;
  int64_t source_records_ = 0;
  int64_t made_ = 0;
  int64_t failures_ = 0;
};

}  // namespace penstock::host
