#include "tests/fluentbit/agent_filter.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "tests/fluentbit/proxy_file.h"

namespace penstock::test_agent {

NativeFile::NativeFile(const std::string& path) : handle_(open_file(path)) {
  constexpr size_t kPrefixBytes = sizeof "flb-" - 1;
  const std::string symbol = std::filesystem::path(path).stem().string().substr(kPrefixBytes) + "_plugin";
  const void* const structure = dlsym(handle_, symbol.c_str());
  if (structure == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::exit(2);
  }
  std::memcpy(&plugin_, structure, sizeof plugin_);
}

NativeFile::~NativeFile() { dlclose(handle_); }

Filter::Filter(const NativeFile& file, WorkThread& pipeline, Properties properties)
    : Section(std::move(properties)), file_(file), pipeline_(pipeline) {}

int Filter::init() {
  int result = -1;
  pipeline_.run([&] { result = file_.plugin().cb_init(handle(), config_, nullptr); });
  return result;
}

Filter::Response Filter::filter(std::string_view tag, std::string_view data) {
  Response result = {};
  const std::string ended_tag(tag);
  const std::string input(data);  // a copy, so that a read past the end leaves the allocation
  void* out = nullptr;
  size_t out_bytes = 0;
  pipeline_.run([&] {
    result.code =
        file_.plugin().cb_filter(input.data(), input.size(), ended_tag.c_str(), static_cast<int>(ended_tag.size()),
                                 &out, &out_bytes, handle(), unreadable(), context_, config_);
  });
  if (result.code == kFilterModified) {
    if (out_bytes > 0) result.data.assign(static_cast<const char*>(out), out_bytes);
    std::free(out);
  }
  return result;
}

void Filter::exit() {
  pipeline_.run([&] { file_.plugin().cb_exit(context_, config_); });
}

}  // namespace penstock::test_agent
