// An instance of an input, as the agent's plugin proxy runs it: its calls, on the thread on which the agent makes
// them, and what the agent does with the data.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fluentbit/event_loop.h"
#include "tests/fluentbit/proxy_file.h"
#include "tests/fluentbit/section.h"
#include "tests/fluentbit/work_thread.h"

namespace penstock::test_agent {

struct Chunk {
  std::string tag;
  std::string data;  // msgpack
  bool operator==(const Chunk&) const = default;
};

class Input : public Section {
 public:
  // With the property `threaded off`, its calls are on the pipeline's thread; otherwise they are on a thread of
  // its own, the default for proxies. REQUIRES: the file and the pipeline outlive it.
  Input(ProxyFile& file, WorkThread& pipeline, Properties properties);
  ~Input() override;  // does not call exit(): the test decides about that

  static const char* name() { return "penstock_kinesis.0"; }  // flb_input_name
  bool threaded() const { return own_thread_ != nullptr; }

  // Calls FLBPluginInit. Above 0: success.
  int init();
  // Does what the collector does once a second, unless it is paused; see pause(). Returns the bytes that the
  // callback returned.
  size_t collect();
  // Notifies the plugin, then stops the collector. collect() does nothing until resume().
  void pause();
  void resume();
  // Gives its thread an event loop, which plugins can find with flb_input_event_loop_get. REQUIRES: init() was not
  // called yet.
  void open_event_loop() { loop_ = std::make_unique<EventLoop>(); }
  EventLoop* event_loop() const { return loop_.get(); }
  // Waits for an event of the plugin and calls its handler, paused or not, as the event loop does. Returns false
  // if there was no event.
  bool serve_events(int timeout_ms);
  // Calls the callback, paused or not, as a collector that had already fired does.
  size_t callback();
  void exit();

  // flb_input_log_append. Returns 0, or -1 while paused, if the chunk is not accepted, or if the ring of a
  // threaded instance is full. `records` is the count from the plugin, if it passes one.
  int append(const char* tag, size_t tag_bytes, std::string_view data, std::optional<size_t> records = {});
  // [thread-safe] Sets the function that decides whether a chunk is accepted. It is called for each append of an
  // instance that is not threaded, on its thread.
  void accept_if(std::function<bool(const Chunk&)> accept);
  // [thread-safe] Returns the chunks accepted since the last call, in order. For a threaded instance: those that
  // the pipeline has taken out of the ring.
  std::vector<Chunk> take();
  // Makes the pipeline take everything out of the ring. What is in the ring at exit() is lost.
  void drain_ring();
  size_t in_ring() const;
  size_t rejected() const { return rejected_; }
  size_t wrong_thread_appends() const { return wrong_thread_appends_; }
  size_t miscounted_appends() const { return miscounted_appends_; }

 private:
  WorkThread& thread() const { return own_thread_ != nullptr ? *own_thread_ : pipeline_; }
  size_t collect_here();

  ProxyFile& file_;
  WorkThread& pipeline_;
  std::unique_ptr<WorkThread> own_thread_;
  std::unique_ptr<EventLoop> loop_;
  Zoned context_;
  std::atomic<bool> paused_ = false;
  mutable std::mutex mutex_;  // guards the following members
  std::function<bool(const Chunk&)> accept_;
  std::deque<Chunk> ring_;
  std::vector<Chunk> accepted_;
  std::atomic<size_t> rejected_ = 0;
  std::atomic<size_t> wrong_thread_appends_ = 0;
  std::atomic<size_t> miscounted_appends_ = 0;
};

}  // namespace penstock::test_agent
