// Watches a queue: whether it is active, and its attributes. Looks it up at intervals.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/aws/service_client.h"
#include "core/env.h"
#include "core/kinesis/queue/queue_api.h"
#include "core/kinesis/queue/queue_name.h"
#include "core/log_throttle.h"

namespace penstock::kinesis {

// Watcher of one queue, with DescribeQueue. Without the permission to describe it, the queue counts as active.
class QueueWatcher {
 public:
  // Receives each description, and an empty one if the permission is missing.
  using Described = std::function<void(const QueueDescription&)>;
  // REQUIRES: all references outlive this object.
  QueueWatcher(Env& env, aws::ServiceClient& client, LogThrottle& throttle, QueueName name, Described described)
      : env_(env),
        client_(client),
        throttle_(throttle),
        name_(std::move(name)),
        described_(std::move(described)) {}

  const QueueName& name() const { return name_; }
  std::string title() const { return "queue " + name_.id; }
  bool active() const { return active_; }
  // Looks the queue up again before it is used, because another call failed with not_found.
  void mark_missing();

  void advance();
  int64_t next_deadline_ms() const { return calling_ ? kNever : next_call_ms_; }
  int64_t calls() const { return calls_; }

 private:
  void end_call(Result<aws::ServiceResponse>& response);
  Status read(Result<aws::ServiceResponse>& response);
  void take_status(const std::string& status);

  Env& env_;
  aws::ServiceClient& client_;
  LogThrottle& throttle_;
  const QueueName name_;
  Described described_;
  bool active_ = false;
  bool calling_ = false;
  bool describable_ = true;  // false: the service denied DescribeQueue
  bool waiting_ = false;     // for the queue to become active, which was logged
  int failures_ = 0;         // in a row
  Incident incident_;
  int64_t next_call_ms_ = 0;
  int64_t calls_ = 0;
};

}  // namespace penstock::kinesis
