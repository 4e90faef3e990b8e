// Two OpenSSLs, curls, and zlibs in one process: the shared ones of the system, which an agent uses, and the
// static ones in the libpenstock.so of a release build. While calls of the system's libcurl run, a pipeline of the
// release build reads, writes, and is replaced by a new one, as in a hot reload. Every call is over TLS, and the
// server uses the system's OpenSSL too.
//   PENSTOCK_TEST_LIBRARY=libpenstock.so release_two_libraries [EVENTS]
#include <curl/curl.h>
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <zlib.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include "tests/e2e/deployment.h"

namespace {

using penstock::e2e::Deployment;
using penstock::e2e::Pipeline;

constexpr int kReloads = 3;
constexpr int kLimitSeconds = 300;  // a run that needs longer has failed

size_t discard(char* /*data*/, size_t size, size_t count, void* /*unused*/) { return size * count; }

// Makes calls with the system's libcurl, each on a new TLS connection, until over. Returns the number of
// responses.
int call_until(const std::atomic<bool>& over, const std::string& url, const std::string& ca_file) {
  int responses = 0;
  do {
    const std::unique_ptr<CURL, void (*)(CURL*)> easy(curl_easy_init(), curl_easy_cleanup);
    curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, discard);
    const CURLcode code = curl_easy_perform(easy.get());
    if (code != CURLE_OK) {
      std::fprintf(stderr, "a call with the system's libcurl failed: %s\n", curl_easy_strerror(code));
      return -1;
    }
    ++responses;
  } while (!over);
  return responses;
}

bool deliver(Deployment& deployment, Pipeline& pipeline) {
  return pipeline.run_until(
      [&] { return deployment.delivered().size() >= deployment.expected.size() && pipeline.in_flight() == 0; },
      kLimitSeconds);
}

// Opens and closes the library again; it stays loaded, because libcurl and OpenSSL have registered handlers.
bool reopen() {
  void* const library = dlopen(penstock::e2e::library_path().c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) std::fprintf(stderr, "%s\n", dlerror());
  return library != nullptr && dlclose(library) == 0;
}

std::string option(const penstock::e2e::OptionList& options, const std::string& name) {
  for (const auto& [key, value] : options)
    if (key == name) return value;
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  const size_t events = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2000;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  std::printf("the system's: %s, zlib %s, %s\n", OpenSSL_version(OPENSSL_VERSION), zlibVersion(), curl_version());

  Deployment deployment(2, 2, Deployment::Scheme::https);
  const std::string ca_file = option(deployment.input_options(), "ca_file");
  std::atomic<bool> over = false;
  int responses = 0;
  std::thread system([&] { responses = call_until(over, deployment.server.url(), ca_file); });

  bool done = true;
  auto pipeline = std::make_unique<Pipeline>(deployment.input_options(), deployment.output_options());
  for (int reload = 0; done; ++reload) {
    deployment.fill(events);
    done = deliver(deployment, *pipeline) && reopen();
    pipeline->close();
    if (reload == kReloads) break;
    pipeline.reset();
    pipeline = std::make_unique<Pipeline>(deployment.input_options(), deployment.output_options());
  }
  over = true;
  system.join();
  pipeline.reset();

  int copies = 0;
  for (const auto& [id, times] : deployment.delivered()) copies += times;
  std::printf("%zu events put, %d delivered, %d calls of the system's libcurl\n", deployment.expected.size(),
              copies, responses);
  return done && responses > 0 && static_cast<size_t>(copies) == deployment.expected.size() ? 0 : 1;
}
