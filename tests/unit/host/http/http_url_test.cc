#include "host/http/http_url.h"

#include <gtest/gtest.h>

namespace penstock::host {
namespace {

TEST(http_url, urls_have_a_host_and_may_have_a_port_and_a_path) {
  const auto parts = [](const char* text) {
    const std::optional<HttpUrl> url = HttpUrl::parse(text);
    return url ? url->host + " " + url->port + " " + url->path : "invalid";
  };
  EXPECT_EQ(parts("http://localhost"), "localhost 80 /");
  EXPECT_EQ(parts("http://127.0.0.1:2020/stats"), "127.0.0.1 2020 /stats");
  EXPECT_EQ(parts("http://[::1]:2020"), "::1 2020 /");
  EXPECT_EQ(parts("http://[::1]"), "::1 80 /");
  for (const char* const bad : {"", "localhost:2020", "https://a", "http://", "http://:80",
                                "http://a:", "http://a:x", "http://a:123456", "http://a/ b", "http://a/\r\nX: y"})
    EXPECT_EQ(parts(bad), "invalid") << bad;
}

}  // namespace
}  // namespace penstock::host
