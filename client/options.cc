#include "client/options.h"

#include <algorithm>
#include <exception>

#include "base/text.h"

namespace penstock::client {

const penstock_option_info& option_info(const penstock_stage& stage, size_t i) {
  const auto* const bytes = reinterpret_cast<const char*>(stage.options);
  return *reinterpret_cast<const penstock_option_info*>(bytes + i * stage.option_info_stride);
}

const penstock_option_info* find_option(const penstock_stage& stage, std::string_view name) {
  for (size_t i = 0; i < stage.option_info_count; ++i) {
    const penstock_option_info& info = option_info(stage, i);
    if (equal_without_case(info.name, name)) return &info;
  }
  return nullptr;
}

bool is_one_of(std::string_view words, std::string_view value) {
  while (!words.empty()) {
    const size_t bar = std::min(words.find('|'), words.size());
    if (equal_without_case(words.substr(0, bar), value)) return true;
    words.remove_prefix(std::min(bar + 1, words.size()));
  }
  return false;
}

int32_t check_options(const penstock_stage& stage, const std::vector<penstock_option>& options,
                      const OnProblem& on_problem) {
  struct Context {
    const OnProblem& on_problem;
    std::exception_ptr thrown;  // must not pass through the library
  } context{on_problem, nullptr};
  const auto forward = [](void* ctx, size_t option_index, const penstock_error* error) {
    Context& to = *static_cast<Context*>(ctx);
    try {
      to.on_problem(option_index, error);
    } catch (...) {
      to.thrown = std::current_exception();
    }
  };
  const int32_t result = stage.check(options.data(), options.size(), sizeof(penstock_option), forward, &context);
  if (context.thrown) std::rethrow_exception(context.thrown);
  return result;
}

}  // namespace penstock::client
