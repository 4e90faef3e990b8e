#include "bench/tls_sink.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bench/put_records_response.h"
#include "core/kinesis/put_records.h"
#include "tests/model_kinesis/certificate.h"

namespace penstock {

struct TlsSink::Shared {
  std::atomic<uint64_t> calls, records, wire_bytes_in, wire_bytes_out;
};

namespace {

constexpr size_t kReadBytes = size_t{16} << 10;  // maximum size of a TLS record

void require(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::exit(2);
}

// Returns one response for each number of records that a call may have.
std::vector<std::string> make_answers() {
  std::vector<std::string> answers;
  for (size_t records = 0; records <= kinesis::kMaxRecordsPerCall; ++records) {
    const std::string body = put_records_answer(records);
    answers.push_back(
        "HTTP/1.1 200 OK\r\nx-amzn-RequestId: e1c4e5c0-3f8a-4e0f-9d0c-1b5f6a7c8d9e\r\n"
        "Content-Type: application/x-amz-json-1.1\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  return answers;
}

size_t count_records(std::string_view body) {
  constexpr std::string_view kRecord = R"({"Data":")";
  size_t records = 0;
  for (size_t at = 0; (at = body.find(kRecord, at)) != body.npos; at += kRecord.size()) ++records;
  return records;
}

size_t content_length(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const size_t at = head.find(kName);
  return at == head.npos ? 0 : static_cast<size_t>(std::atoll(head.data() + at + kName.size()));
}

using Connection = std::unique_ptr<SSL, decltype(&SSL_free)>;

// Responds to calls until the client closes the connection.
template <typename Count>
void answer_calls(SSL* tls, const std::vector<std::string>& answers, const Count& count) {
  constexpr std::string_view kEndOfHead = "\r\n\r\n";
  std::string call;
  size_t whole_bytes = 0;  // size of the current call; 0 until its header is complete
  std::array<char, kReadBytes> piece;
  for (int got = 0; (got = SSL_read(tls, piece.data(), piece.size())) > 0;) {
    call.append(piece.data(), static_cast<size_t>(got));
    if (whole_bytes == 0) {
      const size_t head_bytes = call.find(kEndOfHead);
      if (head_bytes == call.npos) continue;
      whole_bytes = head_bytes + kEndOfHead.size() + content_length(std::string_view(call).substr(0, head_bytes));
    }
    if (call.size() < whole_bytes) continue;
    const size_t records = count_records(call);
    const std::string& answer = answers.at(records);
    if (SSL_write(tls, answer.data(), static_cast<int>(answer.size())) <= 0) return;
    count(records);
    call.clear();
    whole_bytes = 0;
  }
}

}  // namespace

TlsSink::TlsSink() {
  const model::CertificateFiles certificate = model::make_certificate(folder_.path(""));
  ca_file_ = certificate.cert;
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  require(memory != MAP_FAILED, "mmap");
  shared_ = new (memory) Shared{};

  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  require(bind(listener, reinterpret_cast<const sockaddr*>(&address), size) == 0 && listen(listener, 16) == 0 &&
              getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0,
          "listening on loopback");
  port_ = ntohs(address.sin_port);

  process_ = fork();
  require(process_ >= 0, "fork");
  if (process_ > 0) {
    close(listener);
    return;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> answers = make_answers();
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  require(SSL_CTX_use_certificate_file(context, certificate.cert.c_str(), SSL_FILETYPE_PEM) == 1 &&
              SSL_CTX_use_PrivateKey_file(context, certificate.key.c_str(), SSL_FILETYPE_PEM) == 1,
          "the sink's certificate");
  for (;;) {
    const int socket = accept(listener, nullptr, nullptr);
    if (socket < 0) continue;
    std::thread([this, &answers, context, socket] {
      const int on = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const Connection tls(SSL_new(context), SSL_free);
      SSL_set_fd(tls.get(), socket);
      uint64_t in = 0, out = 0;
      const auto count = [&](size_t records) {
        shared_->calls += 1;
        shared_->records += records;
        const uint64_t in_now = BIO_number_read(SSL_get_rbio(tls.get()));
        const uint64_t out_now = BIO_number_written(SSL_get_wbio(tls.get()));
        shared_->wire_bytes_in += in_now - std::exchange(in, in_now);
        shared_->wire_bytes_out += out_now - std::exchange(out, out_now);
      };
      if (SSL_accept(tls.get()) == 1) answer_calls(tls.get(), answers, count);
      close(socket);
    }).detach();
  }
}

TlsSink::~TlsSink() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  munmap(shared_, sizeof(Shared));
}

std::string TlsSink::url() const { return "https://127.0.0.1:" + std::to_string(port_); }

TlsSink::Taken TlsSink::taken() const {
  return {shared_->calls, shared_->records, shared_->wire_bytes_in, shared_->wire_bytes_out};
}

}  // namespace penstock
