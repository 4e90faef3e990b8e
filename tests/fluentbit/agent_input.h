// An instance of an input behind the agent's proxy: its calls, on the thread that the agent makes them on, and
// what the agent does with the data.
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
  // With the property threaded off its calls are on the pipeline's thread, else on one of its own, as proxies have
  // it by default. The file and the pipeline outlive it.
  Input(ProxyFile& file, WorkThread& pipeline, Properties properties);
  ~Input() override;  // no exit(): that is for the test to do, or to leave

  static const char* name() { return "penstock_kinesis.0"; }  // flb_input_name
  bool threaded() const { return own_thread_ != nullptr; }

  // FLBPluginInit; above 0: it runs.
  int init();
  // What the collector does once a second. Not while paused; see pause(). The bytes that the callback gave.
  size_t collect();
  // Stops the collector, after it has told the plugin. collect() does nothing until resume().
  void pause();
  void resume();
  // Gives its thread an event loop, which plugins may find by flb_input_event_loop_get. Before init().
  void open_event_loop() { loop_ = std::make_unique<EventLoop>(); }
  EventLoop* event_loop() const { return loop_.get(); }
  // What the loop does, paused or not: waits for an event of the plugin's, and has it handled; false: none came.
  bool serve_events(int timeout_ms);
  // The callback alone, paused or not, as a collector that had already fired makes it.
  size_t callback();
  void exit();

  // flb_input_log_append: 0; -1 while paused, where the chunk is not accepted, or where the ring of a
  // threaded instance is full.
  // records: how many the plugin says there are, where it does.
  int append(const char* tag, size_t tag_bytes, std::string_view data, std::optional<size_t> records = {});
  // [thread-safe] Whether to take a chunk, asked at each append of an instance that is not threaded, on its
  // thread.
  void accept_if(std::function<bool(const Chunk&)> accept);
  // [thread-safe] What was accepted since the last time, in order. Of a threaded instance: what the pipeline has
  // taken out of the ring.
  std::vector<Chunk> take();
  // The pipeline takes everything out of the ring; what is there at exit() is lost.
  void drain_ring();
  size_t in_ring() const;
  size_t refused() const { return refused_; }
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
  mutable std::mutex mutex_;  // guards what follows
  std::function<bool(const Chunk&)> accept_;
  std::deque<Chunk> ring_;
  std::vector<Chunk> accepted_;
  std::atomic<size_t> refused_ = 0;
  std::atomic<size_t> wrong_thread_appends_ = 0;
  std::atomic<size_t> miscounted_appends_ = 0;
};

}  // namespace penstock::test_agent
