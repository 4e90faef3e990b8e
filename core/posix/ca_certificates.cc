#include "core/posix/ca_certificates.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "core/posix/folder.h"

namespace penstock::posix {

namespace {

constexpr std::string_view kFiles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Amazon Linux, Red Hat, Fedora
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older Amazon Linux and Red Hat
    "/etc/ssl/ca-bundle.pem",                             // SUSE
    "/etc/ssl/cert.pem",                                  // Alpine
};
constexpr std::string_view kFolder = "/etc/ssl/certs";  // Debian, SUSE

// Each returns "", or why the location cannot be used.
std::string why_not_file(const std::string& path) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(path, error);
  if (is_folder) return "it is a folder";
  if (access(path.c_str(), R_OK) != 0) return std::generic_category().message(errno);
  return std::filesystem::file_size(path, error) == 0 ? "it is empty" : "";
}

std::string why_not_folder(const std::string& path) {
  bool is_empty = true;
  const int error = list_folder(path, [&](const char*) { return is_empty = false; });
  if (error != 0) return std::generic_category().message(error);
  return is_empty ? "it is empty" : "";
}

// As for OpenSSL, a list of folders separated by colons; the last one gives the reason.
std::string why_not_folders(std::string_view list) {
  std::string why_not;
  do {
    const size_t colon = list.find(':');
    why_not = why_not_folder(std::string(list.substr(0, colon)));
    list.remove_prefix(colon == list.npos ? list.size() : colon + 1);
  } while (!why_not.empty() && !list.empty());
  return why_not;
}

// Sets place to path if it can be used; otherwise adds it to the locations that were tried.
void consider(const std::string& path, const std::string& why_not, std::string_view name, std::string& place,
              CaCertificates& found) {
  if (why_not.empty()) {
    place = path;
    return;
  }
  if (!found.tried.empty()) found.tried += ", ";
  found.tried.append(name).append(printable(path)).append(" (").append(why_not).append(")");
}

std::string value_of(const Variable& variable, const char* name) {
  const char* const value = variable(name);
  return value == nullptr ? "" : value;
}

}  // namespace

CaCertificates find_ca_certificates(const Variable& variable, const std::string& root) {
  CaCertificates found;
  const std::string file = value_of(variable, "SSL_CERT_FILE");
  const std::string folder = value_of(variable, "SSL_CERT_DIR");
  if (!file.empty()) consider(file, why_not_file(file), "SSL_CERT_FILE=", found.file, found);
  if (!folder.empty()) consider(folder, why_not_folders(folder), "SSL_CERT_DIR=", found.folder, found);
  if (!file.empty() || !folder.empty()) return found;

  for (const std::string_view standard : kFiles) {
    const std::string path = root + std::string(standard);
    consider(path, why_not_file(path), "", found.file, found);
    if (found.found()) return found;
  }
  const std::string path = root + std::string(kFolder);
  consider(path, why_not_folder(path), "", found.folder, found);
  return found;
}

}  // namespace penstock::posix
