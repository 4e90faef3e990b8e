#include "client/module.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace penstock::client {
namespace {

TEST(client_module, a_module_comes_from_its_shared_object) {
  std::string problem;
  const penstock_module* const module = open_module(PENSTOCK_LIBRARY, problem);
  ASSERT_NE(module, nullptr) << problem;
  EXPECT_NE(module->stages[0], nullptr);
}

TEST(client_module, a_missing_module_file_cannot_be_opened) {
  std::string problem;
  EXPECT_EQ(open_module("/nowhere/x.so", problem), nullptr);
  EXPECT_TRUE(problem.starts_with("cannot be opened: /nowhere/x.so: ")) << problem;
}

TEST(client_module, a_shared_object_without_the_symbol_is_an_error) {
  Dl_info libc = {};
  ASSERT_NE(dladdr(dlsym(RTLD_DEFAULT, "getpid"), &libc), 0);
  std::string problem;
  EXPECT_EQ(open_module(libc.dli_fname, problem), nullptr);
  EXPECT_EQ(problem, "is not a Penstock plugin: it has no symbol penstock_module_v1");
}

}  // namespace
}  // namespace penstock::client
