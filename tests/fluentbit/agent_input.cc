#include "tests/fluentbit/agent_input.h"

#include <strings.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "tests/fluentbit/msgpack.h"

namespace penstock::test_agent {

namespace {

constexpr size_t kRingEntries = 1024;

// flb_plugin_proxy_context, before 4.1, and flb_plugin_input_proxy_context.
struct OldContext {
  void* remote;
  void* proxy;
};
struct NewContext {
  int collector;
  void* remote;
  void* proxy;
};

bool is_off(const std::string& value) {
  return strcasecmp(value.c_str(), "off") == 0 || strcasecmp(value.c_str(), "false") == 0 ||
         strcasecmp(value.c_str(), "no") == 0;
}

}  // namespace

Input::Input(ProxyFile& file, WorkThread& pipeline, Properties properties)
    : Section(std::move(properties)),
      file_(file),
      pipeline_(pipeline),
      context_(file.version().input_by_context ? sizeof(NewContext) : sizeof(OldContext)) {
  if (!is_off(own_property("threaded")))
    own_thread_ = std::make_unique<WorkThread>(std::string("flb-in-") + file.registration().name + ".0-w0");
  context_.zero();
  if (file.version().input_by_context)
    context_.get<NewContext>()->proxy = unreadable();
  else
    context_.get<OldContext>()->proxy = unreadable();
}

Input::~Input() = default;

int Input::init() {
  if (file_.rejects(*this)) return -1;
  int result = 0;
  thread().run([&] { result = file_.init(handle(), context_.get()); });
  // The agent writes the collector's number to the offset of its field, whichever of the two contexts it created.
  context_.get<NewContext>()->collector = 0;
  return result;
}

bool Input::serve_events(int timeout_ms) {
  bool served = false;
  thread().run([&] { served = loop_ != nullptr && loop_->serve(timeout_ms); });
  return served;
}

size_t Input::collect() {
  if (paused_) return 0;
  return callback();
}

size_t Input::callback() {
  size_t bytes = 0;
  thread().run([&] { bytes = collect_here(); });
  return bytes;
}

size_t Input::collect_here() {
  const bool by_context = file_.version().input_by_context;
  void* const remote = by_context ? context_.get<NewContext>()->remote : nullptr;
  void* data = nullptr;
  size_t bytes = 0;
  int result = 0;
  const auto with_context = file_.function<int(void*, void**, size_t*)>("FLBPluginInputCallbackCtx");
  if (by_context && with_context != nullptr)
    result = with_context(remote, &data, &bytes);
  else
    result = file_.function<int(void**, size_t*)>("FLBPluginInputCallback")(&data, &bytes);
  if (bytes == 0 && !file_.version().cleans_up_after_nothing) return 0;
  if (result == -1) return 0;
  if (bytes > 0) append(nullptr, 0, {static_cast<const char*>(data), bytes});
  const auto clean_with_context = file_.function<int(void*, void*)>("FLBPluginInputCleanupCallbackCtx");
  if (by_context && clean_with_context != nullptr)
    clean_with_context(remote, data);
  else if (const auto clean = file_.function<int(void*)>("FLBPluginInputCleanupCallback"))
    clean(data);
  else
    std::free(data);
  return bytes;
}

void Input::pause() {
  thread().run([&] {
    if (const auto pause = file_.function<void()>("FLBPluginInputPause")) pause();
  });
  paused_ = true;
}

void Input::resume() {
  thread().run([&] {
    if (const auto resume = file_.function<void()>("FLBPluginInputResume")) resume();
  });
  paused_ = false;
}

void Input::exit() {
  thread().run([&] {
    if (const auto pre_exit = file_.function<void(int)>("FLBPluginInputPreExit")) pre_exit(0);
    if (const auto exit = file_.function<int()>("FLBPluginExit")) exit();
  });
  own_thread_.reset();
  const std::lock_guard lock(mutex_);
  ring_.clear();
}

int Input::append(const char* tag, size_t tag_bytes, std::string_view data, std::optional<size_t> records) {
  if (!thread().is_current()) ++wrong_thread_appends_;
  if (records && *records != events_of(data).size()) ++miscounted_appends_;
  Chunk chunk;
  if (tag != nullptr)
    chunk.tag = tag_bytes > 0 ? std::string(tag, tag_bytes) : std::string(tag);
  else
    chunk.tag = own_property("tag").empty() ? file_.registration().name + std::string(".0") : own_property("tag");
  chunk.data = data;
  const std::lock_guard lock(mutex_);
  if (paused_ || (threaded() ? ring_.size() >= kRingEntries : accept_ && !accept_(chunk))) {
    ++rejected_;
    return -1;
  }
  if (threaded())
    ring_.push_back(std::move(chunk));
  else
    accepted_.push_back(std::move(chunk));
  return 0;
}

void Input::accept_if(std::function<bool(const Chunk&)> accept) {
  const std::lock_guard lock(mutex_);
  accept_ = std::move(accept);
}

std::vector<Chunk> Input::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(accepted_, {});
}

void Input::drain_ring() {
  const std::lock_guard lock(mutex_);
  accepted_.insert(accepted_.end(), std::make_move_iterator(ring_.begin()), std::make_move_iterator(ring_.end()));
  ring_.clear();
}

size_t Input::in_ring() const {
  const std::lock_guard lock(mutex_);
  return ring_.size();
}

}  // namespace penstock::test_agent
