#include "tests/fluentbit/agent_output.h"

#include <cstdlib>
#include <cstring>
#include <utility>

#include "tests/fluentbit/small_stack.h"

namespace penstock::test_agent {

namespace {

// flb_plugin_proxy_context
struct Context {
  void* remote;
  void* proxy;
};

// A copy that is overwritten and freed by the destructor, so that a use of its address after the call is detected.
class Overwritten {
 public:
  explicit Overwritten(const std::string& text, size_t terminator_bytes = 0)
      : bytes_(text.size() + terminator_bytes), at_(static_cast<char*>(std::malloc(bytes_))) {
    std::memcpy(at_, text.data(), text.size());
    std::memset(at_ + text.size(), 0, terminator_bytes);
  }
  ~Overwritten() {
    std::memset(at_, 0xc1, bytes_);  // msgpack never uses this byte
    std::free(at_);
  }
  Overwritten(const Overwritten&) = delete;
  Overwritten& operator=(const Overwritten&) = delete;
  char* get() const { return at_; }

 private:
  size_t bytes_;
  char* at_;
};

}  // namespace

Output::Output(ProxyFile& file, WorkThread& pipeline, Properties properties)
    : Section(std::move(properties)), file_(file), pipeline_(pipeline), context_(sizeof(Context)) {
  context_.zero();
  context_.get<Context>()->proxy = unreadable();
}

Output::~Output() = default;

int Output::init() {
  if (file_.rejects(*this)) return -1;
  int result = 0;
  pipeline_.run([&] { result = file_.init(handle(), context_.get()); });
  const int workers = std::atoi(own_property("workers").c_str());
  for (int i = 0; result > 0 && i < workers; ++i)
    workers_.push_back(std::make_unique<WorkThread>(std::string("flb-out-") + file_.registration().name + ".0-w" +
                                                    std::to_string(i)));
  return result;
}

int Output::flush(const Chunk& chunk) {
  WorkThread& thread = workers_.empty() ? pipeline_ : *workers_[next_worker_++ % workers_.size()];
  int result = kFlushError;
  thread.run([&] { result = flush_here(chunk); });
  return result;
}

int Output::flush_here(const Chunk& chunk) {
  const auto flush = file_.function<int(void*, const void*, size_t, char*)>("FLBPluginFlushCtx");
  int result = kFlushError;
  SmallStack stack;
  {
    const Overwritten data(chunk.data), tag(chunk.tag, 1);
    stack.run([&] { result = flush(context_.get<Context>()->remote, data.get(), chunk.data.size(), tag.get()); });
  }
  const size_t used = stack.used_bytes();
  for (size_t most = stack_used_bytes_; used > most && !stack_used_bytes_.compare_exchange_weak(most, used);) {
  }
  return result;
}

void Output::exit() {
  workers_.clear();
  pipeline_.run([&] {
    if (const auto pre_exit = file_.function<void(int)>("FLBPluginOutputPreExit")) pre_exit(0);
    if (const auto exit = file_.function<int(void*)>("FLBPluginExitCtx")) exit(context_.get<Context>()->remote);
  });
}

}  // namespace penstock::test_agent
