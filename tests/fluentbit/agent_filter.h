// An instance of a filter in a native plugin file of the agent.
#pragma once

#include <string>
#include <string_view>

#include "tests/fluentbit/section.h"
#include "tests/fluentbit/work_thread.h"

namespace penstock::test_agent {

// The return codes of a filter.
enum { kFilterModified = 1, kFilterUntouched = 2 };

// flb_filter_plugin; the same from 2.2.0 to 5.1.1, except for what follows cb_exit.
struct FilterPlugin {
  int event_type;
  int flags;
  char* name;
  char* description;
  void* config_map;
  int (*cb_pre_run)(void*, void*, void*);
  int (*cb_init)(void* instance, void* config, void* data);
  int (*cb_filter)(const void* data, size_t bytes, const char* tag, int tag_bytes, void** out, size_t* out_bytes,
                   void* instance, void* input, void* context, void* config);
  int (*cb_exit)(void* context, void* config);
  int (*cb_notification)(void*, void*, void*);
  void* links[2];
};

class NativeFile {
 public:
  // Opens flb-filter_NAME.so and copies its structure filter_NAME_plugin, with the size that the agent's own has.
  // Ends the program if the file has none.
  explicit NativeFile(const std::string& path);
  ~NativeFile();  // closes it
  NativeFile(const NativeFile&) = delete;
  NativeFile& operator=(const NativeFile&) = delete;

  const FilterPlugin& plugin() const { return plugin_; }

 private:
  void* handle_;
  FilterPlugin plugin_;
};

class Filter : public Section {
 public:
  // REQUIRES: the file and the pipeline outlive it.
  Filter(const NativeFile& file, WorkThread& pipeline, Properties properties);

  static const char* name() { return "lambda_logs.0"; }  // flb_filter_name
  int init();                                            // 0: success
  struct Response {
    int code;
    std::string data;  // if code is kFilterModified
  };
  Response filter(std::string_view tag, std::string_view data);
  void exit();

  void set_context(void* context) { context_ = context; }

 private:
  const NativeFile& file_;
  WorkThread& pipeline_;
  void* context_ = nullptr;
  void* config_ = unreadable();
};

}  // namespace penstock::test_agent
