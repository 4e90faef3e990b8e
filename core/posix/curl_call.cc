#include "core/posix/curl_call.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <new>
#include <utility>

#include "base/text.h"
#include "core/posix/metadata_address.h"

namespace penstock::posix {

namespace {

constexpr size_t kMaxHeaderBytes = size_t{64} * 1024;
constexpr long kReceiveBufferBytes = 16L * 1024;
constexpr long kSendBufferBytes = 128L * 1024;

bool is_https(std::string_view url) {
  constexpr std::string_view kScheme = "https:";
  return url.size() > kScheme.size() && std::equal(kScheme.begin(), kScheme.end(), url.begin(),
                                                   [](char want, char is) { return want == to_lower(is); });
}

// Returns only host and port: no user, path, or query.
std::string host_of(std::string_view url) {
  if (const size_t scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const size_t at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  return printable(url);
}

bool breaks_header(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// Returns libcurl's text without the time that it measured (" after 132 ms"), so that a repeated failure has the
// same text and its log lines are throttled.
std::string without_duration(std::string text) {
  constexpr std::string_view kAfter = " after ";
  const size_t begin = text.find(kAfter);
  if (begin == std::string::npos) return text;
  const size_t number = begin + kAfter.size();
  const size_t unit = text.find_first_not_of("0123456789", number);
  if (unit == std::string::npos || unit == number) return text;
  for (const std::string_view name : {" milliseconds", " ms"})
    if (text.compare(unit, name.size(), name) == 0) return text.erase(begin, unit + name.size() - begin);
  return text;
}

const char* text_or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

// A setter of libcurl options that stops at the first one that fails.
class OptionSetter {
 public:
  explicit OptionSetter(CURL* easy) : easy_(easy) {}
  template <typename Value>
  void operator()(CURLoption option, Value value) {
    if (code_ == CURLE_OK) code_ = curl_easy_setopt(easy_, option, value);
  }
  CURLcode code() const { return code_; }

 private:
  CURL* easy_;
  CURLcode code_ = CURLE_OK;
};

}  // namespace

CurlCall::CurlCall(HttpRequest request, Transport::Done done)
    : request_(std::move(request)), done_(std::move(done)), error_text_(CURL_ERROR_SIZE, '\0') {}

CurlCall::~CurlCall() { curl_slist_free_all(header_list_); }

Status CurlCall::prepare(void* easy, const CurlOptions& options, const CaCertificates& system) {
  easy_ = easy;
  connect_timeout_ms_ = options.connect_timeout_ms;
  if (request_.timeout_ms <= 0)
    return {Code::invalid, "PS0650",
            "call to " + host_of(request_.url) + ": invalid timeout_ms " + std::to_string(request_.timeout_ms) +
                ": expected a number above 0"};
  // A private CA replaces the system's CAs; it is not added to them.
  const CaCertificates trusted = options.ca_file.empty() ? system : CaCertificates{options.ca_file, "", ""};
  if (is_https(request_.url) && !trusted.found())
    return {Code::config, "PS0660",
            "cannot connect to " + host_of(request_.url) + ": no CA certificates found; tried " + trusted.tried +
                "; install the package ca-certificates, or set ca_file or SSL_CERT_FILE to a PEM file"};
  if (Status status = add_headers(); !status.ok()) return status;

  OptionSetter set(easy);
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  set(CURLOPT_UPLOAD_BUFFERSIZE, kSendBufferBytes);
  // No signals: libcurl writes to sockets with MSG_NOSIGNAL, and its resolver thread needs no SIGALRM.
  set(CURLOPT_NOSIGNAL, 1L);
  // Do not wait for a name that is still being resolved; leave it to its thread.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout_ms));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout_ms));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_CAINFO, text_or_null(trusted.file));
  set(CURLOPT_CAPATH, text_or_null(trusted.folder));
  set(CURLOPT_PROXY_CAINFO, text_or_null(system.file));
  set(CURLOPT_PROXY_CAPATH, text_or_null(system.folder));

  if (request_.method == "GET" && request_.body.empty()) {
    set(CURLOPT_HTTPGET, 1L);
  } else {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.data());
  }
  set(CURLOPT_HTTPHEADER, header_list_);
  // With https, a proxy sees only the host. With plain http it would see signatures, session tokens, and log
  // lines, even of calls that never leave this machine.
  const bool direct = request_.to_metadata || !is_https(request_.url);
  if (direct) set(CURLOPT_PROXY, "");
  if (request_.to_metadata) {
    // A kept connection to that name may lead to an address that the name had earlier.
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
    if (!is_https(request_.url)) {
      set(CURLOPT_OPENSOCKETFUNCTION, &CurlCall::on_metadata_socket);
      set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
    }
  }

  set(CURLOPT_HEADERFUNCTION, &CurlCall::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &CurlCall::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_ERRORBUFFER, error_text_.data());
  // Ends the call as soon as Content-Length exceeds the limit; 0 would mean no limit. take_body() enforces it in
  // all other cases.
  set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(std::max<size_t>(request_.max_response_bytes, 1)));
  if (set.code() != CURLE_OK) return failure(set.code());
  return {};
}

Status CurlCall::add_headers() {
  bool has_type = false;
  const auto add = [this](const std::string& line) {
    curl_slist* longer = curl_slist_append(header_list_, line.c_str());
    if (longer != nullptr) header_list_ = longer;
    return longer != nullptr;
  };
  bool added = add("Expect:");  // do not wait for 100 Continue
  for (const auto& [name, value] : request_.headers) {
    if (breaks_header(name) || breaks_header(value))
      return {
          Code::invalid, "PS0651",
          "call to " + host_of(request_.url) + ": the header " + printable(name) + " contains a line end or NUL"};
    has_type = has_type || equal_without_case(name, "content-type");
    // libcurl removes a header given as "Name:", and sends an empty one for "Name;".
    std::string line;
    line.reserve(name.size() + 2 + value.size());
    line.append(name).append(value.empty() ? ";" : ": ").append(value);
    added = added && add(line);
  }
  if (!has_type) added = added && add("Content-Type:");
  if (!added) return failure(CURLE_OUT_OF_MEMORY);
  return {};
}

size_t CurlCall::on_header(char* data, size_t size, size_t count, void* call) {
  const std::string_view line(data, size * count);
  return static_cast<CurlCall*>(call)->take_header(line) ? line.size() : 0;
}

size_t CurlCall::on_body(char* data, size_t size, size_t count, void* call) {
  const std::string_view piece(data, size * count);
  return static_cast<CurlCall*>(call)->take_body(piece) ? piece.size() : CURL_WRITEFUNC_ERROR;
}

int CurlCall::on_metadata_socket(void* call, int /*purpose*/, curl_sockaddr* address) {
  if (!static_cast<CurlCall*>(call)->accept_address(address->addr)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool CurlCall::accept_address(const sockaddr& address) try {
  if (is_metadata_address(address)) return true;
  abort_status_ = Status(
      Code::config, "PS0652",
      "call to " + host_of(request_.url) + ": plain http is not allowed to the address " + address_text(address) +
          "; use https, or an address of this machine or of a metadata service (" + kMetadataAddresses + ")");
  return false;
} catch (const std::bad_alloc&) {  // must not pass through libcurl's frames
  return out_of_memory();
}

bool CurlCall::take_header(std::string_view line) try {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    abort_status_ = Status(Code::transient, "PS0653",
                           "call to " + host_of(request_.url) + ": the headers of the response are longer than " +
                               std::to_string(kMaxHeaderBytes) + " bytes");
    return false;
  }
  if (line.starts_with("HTTP/")) {  // the final response starts after "100 Continue" and the like
    response_.headers.clear();
    return true;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  response_.headers.emplace_back(lower_case(trim(line.substr(0, colon))), trim(line.substr(colon + 1)));
  return true;
} catch (const std::bad_alloc&) {  // must not pass through libcurl's frames
  return out_of_memory();
}

bool CurlCall::take_body(std::string_view piece) try {
  if (piece.size() > request_.max_response_bytes - response_.body.size()) {
    abort_status_ = Status(Code::too_large, "PS0654",
                           "call to " + host_of(request_.url) + ": the response is longer than " +
                               std::to_string(request_.max_response_bytes) + " bytes");
    return false;
  }
  if (response_.body.empty()) {
    curl_off_t announced = -1;
    curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (announced > 0)
      response_.body.reserve(std::min(static_cast<size_t>(announced), request_.max_response_bytes) +
                             kSpareBodyBytes);
  }
  response_.body += piece;
  return true;
} catch (const std::bad_alloc&) {  // must not pass through libcurl's frames
  return out_of_memory();
}

bool CurlCall::out_of_memory() {
  short_of_memory_ = true;
  return false;
}

void CurlCall::finish(int curl_code) noexcept {
  try {
    response_ = outcome(curl_code);
  } catch (const std::bad_alloc&) {
    finish(out_of_memory_status());
  }
}

HttpResponse CurlCall::outcome(int curl_code) {
  if (curl_code != CURLE_OK) {
    HttpResponse failed;
    failed.transport = failure(curl_code);
    return failed;
  }
  long http_status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &http_status);
  response_.http_status = static_cast<int>(http_status);
  response_.over_tls = is_https(request_.url);
  return std::move(response_);
}

Status CurlCall::failure(int curl_code) const {
  if (!abort_status_.ok()) return abort_status_;
  const std::string host = host_of(request_.url);
  const auto code = static_cast<CURLcode>(curl_code);
  if (short_of_memory_ || code == CURLE_OUT_OF_MEMORY) return out_of_memory_status().in("call to " + host);
  const char* reported = error_text_.c_str();  // may quote a certificate, so it is escaped
  const std::string detail =
      printable(without_duration(*reported != '\0' ? reported : curl_easy_strerror(code)), CURL_ERROR_SIZE);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Code::transient, "PS0655", "cannot resolve " + host + ": " + detail};
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
      return {Code::transient, "PS0656", "cannot connect to " + host + ": " + detail};
    case CURLE_OPERATION_TIMEDOUT: {
      // Not the time before the transfer: libcurl 8.22 also has one if the TLS handshake did not end.
      long sent_bytes = 0;
      curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &sent_bytes);
      return {Code::transient, "PS0657",
              (sent_bytes == 0 ? "cannot connect to " : "call to ") + host + ": " + detail +
                  " (limits: " + std::to_string(connect_timeout_ms_) + " ms to connect, " +
                  std::to_string(request_.timeout_ms) + " ms in all)"};
    }
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      return {Code::config, "PS0658",
              "cannot connect to " + host + ": " + detail +
                  "; if a private CA signed the server's certificate, set ca_file to a PEM file with that CA"};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_LOGIN_DENIED:
      return {Code::config, "PS0659",
              "call to " + host + ": " + detail + "; expected an http or https URL without a user"};
    case CURLE_FILESIZE_EXCEEDED:
      return {Code::too_large, "PS0654",
              "call to " + host + ": the response is longer than " + std::to_string(request_.max_response_bytes) +
                  " bytes"};
    default:
      return {Code::transient, "PS0661", "call to " + host + ": " + detail};
  }
}

}  // namespace penstock::posix
