#include "tests/fluentbit/section.h"

#include <strings.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>

namespace penstock::test_agent {

namespace {

// The keys that flb_input_set_property, flb_output_set_property and flb_filter_set_property handle and never pass
// to a plugin.
constexpr std::array kKeptByTheAgent = {
    "name",        "tag",           "match",    "match_regex",  "alias",
    "log_level",   "host",          "port",     "ipv6",         "listen",
    "routable",    "mem_buf_limit", "threaded", "storage.type", "log_suppress_interval",
    "retry_limit", "workers",       "tls",      "tls.verify",   "tls.ca_file"};

bool is_kept_by_the_agent(const char* key) {
  return std::any_of(kKeptByTheAgent.begin(), kKeptByTheAgent.end(),
                     [&](const char* kept) { return strcasecmp(kept, key) == 0; });
}

std::mutex g_mutex;
std::map<void*, Section*>& sections() {
  static std::map<void*, Section*> all;
  return all;
}

}  // namespace

void* unreadable() {
  constexpr size_t kBytes = 1 << 20, kStep = 64;
  static char* const region =
      static_cast<char*>(mmap(nullptr, kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  static std::atomic<size_t> next{0};
  const size_t offset = next.fetch_add(kStep);
  if (region == MAP_FAILED || offset >= kBytes) {
    std::fputs("no more addresses\n", stderr);
    std::abort();
  }
  return region + offset;
}

Section::Section(Properties properties) : properties_(std::move(properties)), handle_(unreadable()) {
  const std::lock_guard lock(g_mutex);
  sections()[handle_] = this;
}

Section::~Section() {
  const std::lock_guard lock(g_mutex);
  sections().erase(handle_);
}

std::vector<std::string> Section::keys() const {
  std::vector<std::string> keys;
  for (const auto& [name, value] : properties_)
    if (!is_kept_by_the_agent(name.c_str())) keys.push_back(name);
  return keys;
}

const char* Section::property(const char* key) const {
  if (is_kept_by_the_agent(key)) return nullptr;
  for (const auto& [name, value] : properties_)
    if (strcasecmp(name.c_str(), key) == 0) return value.c_str();
  return nullptr;
}

std::string Section::own_property(const char* key) const {
  for (const auto& [name, value] : properties_)
    if (strcasecmp(name.c_str(), key) == 0) return value;
  return "";
}

Section& Section::of(void* handle) {
  const std::lock_guard lock(g_mutex);
  const auto found = sections().find(handle);
  if (found == sections().end()) {
    std::fprintf(stderr, "%p is not an instance of the agent, or no longer one\n", handle);
    std::abort();
  }
  return *found->second;
}

}  // namespace penstock::test_agent
