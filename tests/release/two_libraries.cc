// Two OpenSSLs, curls, and zlibs in one process: the shared ones of the system, which an agent uses, and the
// static ones in the libpenstock.so of a release build. While another thread makes calls with the system's libcurl
// and compresses with the system's zlib, a pipeline of the release build reads, compresses with its own zlib,
// writes, and is replaced by a new one, as in a hot reload; in between, the library is closed completely. Every
// call is over TLS, and the server uses the system's OpenSSL too.
//   PENSTOCK_TEST_LIBRARY=libpenstock.so release_two_libraries [EVENTS]
#include <curl/curl.h>
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <zlib.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "tests/e2e/deployment.h"
#include "tests/gzip.h"

namespace {

using penstock::e2e::Deployment;
using penstock::e2e::OptionList;
using penstock::e2e::Pipeline;

constexpr int kPipelines = 4;
constexpr int kLimitSeconds = 300;  // a run that needs longer has failed

size_t discard(char* /*data*/, size_t size, size_t count, void* /*unused*/) { return size * count; }

// Inflates a small gzip member with the system's zlib. Returns nothing if it is damaged.
std::optional<std::string> gunzip(std::string_view data) {
  std::string text(size_t{64} << 10, '\0');
  z_stream z = {};
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));  // zlib only reads it
  z.avail_in = static_cast<uInt>(data.size());
  z.next_out = reinterpret_cast<Bytef*>(text.data());
  z.avail_out = static_cast<uInt>(text.size());
  const bool complete = inflateInit2(&z, 15 + 16) == Z_OK && inflate(&z, Z_FINISH) == Z_STREAM_END;
  text.resize(z.total_out);
  inflateEnd(&z);
  return complete ? std::optional(text) : std::nullopt;
}

// Uses the system's libcurl, each time on a new TLS connection, and the system's zlib, until over. Returns the
// number of responses.
int use_system_libraries(const std::atomic<bool>& over, const std::string& url, const std::string& ca_file) {
  int responses = 0;
  do {
    const std::unique_ptr<CURL, void (*)(CURL*)> easy(curl_easy_init(), curl_easy_cleanup);
    curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, discard);
    const CURLcode code = curl_easy_perform(easy.get());
    // Under valgrind on a busy machine, the server may close a connection before it gets the request.
    if (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING) continue;
    if (code != CURLE_OK) {
      std::fprintf(stderr, "a call with the system's libcurl failed: %s\n", curl_easy_strerror(code));
      return -1;
    }
    if (gunzip(penstock::gzip(url)) != url) {
      std::fprintf(stderr, "the system's zlib does not inflate what it compressed\n");
      return -1;
    }
    ++responses;
  } while (!over);
  return responses;
}

// Returns how often each event ID is in the output stream, whose records are compressed.
std::map<std::string, int> delivered(Deployment& deployment) {
  std::map<std::string, int> count;
  deployment.server.with([&](penstock::model::Service& service) {
    service.each_record("out", [&](const penstock::model::Shard&, const penstock::model::Record& record) {
      ++count[penstock::e2e::event_id_of(gunzip(record.data).value_or(""))];
    });
  });
  return count;
}

size_t records_delivered(Deployment& deployment) {
  size_t count = 0;
  deployment.server.with([&](penstock::model::Service& service) {
    service.each_record("out", [&](const penstock::model::Shard&, const penstock::model::Record&) { ++count; });
  });
  return count;
}

// Runs a new pipeline until it has delivered everything. Returns whether it has.
bool deliver(Deployment& deployment) {
  OptionList output_options = deployment.output_options();
  output_options.emplace_back("compression", "gzip");
  Pipeline pipeline(deployment.input_options(), output_options);
  const bool done = pipeline.run_until(
      [&] { return records_delivered(deployment) >= deployment.expected.size() && pipeline.in_flight() == 0; },
      kLimitSeconds);
  pipeline.close();
  return done;
}

// Closes the library as often as it was opened, and opens it again. Returns whether it stayed loaded in between,
// which it must, because libcurl and OpenSSL have registered handlers.
bool reopen() {
  const auto open_if_loaded = [] { return dlopen(penstock::e2e::library_path().c_str(), RTLD_NOW | RTLD_NOLOAD); };
  void* const library = open_if_loaded();
  const bool closed = library != nullptr && dlclose(library) == 0 && dlclose(library) == 0;
  if (closed && open_if_loaded() == library) return true;
  std::fprintf(stderr, "the library was not open, or was unloaded when it was closed\n");
  return false;
}

std::string option(const OptionList& options, const std::string& name) {
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
  std::thread system([&] { responses = use_system_libraries(over, deployment.server.url(), ca_file); });

  bool done = true;
  for (int pipeline = 0; done && pipeline < kPipelines; ++pipeline) {
    deployment.fill(events);
    done = deliver(deployment) && reopen();
  }
  over = true;
  system.join();

  size_t once = 0;
  for (const auto& [id, times] : delivered(deployment))
    once += deployment.expected.contains(id) && times == 1 ? 1 : 0;
  std::printf("%zu events put, %zu delivered exactly once, %d calls of the system's libcurl\n",
              deployment.expected.size(), once, responses);
  const bool all = once == deployment.expected.size() && once == records_delivered(deployment);
  return done && all && responses > 0 ? 0 : 1;
}
