#include "core/leases/kcl3.h"

#include <utility>

#include "base/text.h"

namespace penstock::leases {

namespace {

bool divides_as_kcl2(const std::string& client_version) {
  return client_version == "CLIENT_VERSION_INIT" || client_version == "CLIENT_VERSION_UPGRADE_FROM_2X" ||
         client_version == "CLIENT_VERSION_2X";
}

}  // namespace

void Kcl3Traces::merge(Kcl3Traces other) {
  if (row.empty()) row = std::move(other.row);
  if (client_version.empty()) client_version = std::move(other.client_version);
  if (throughput_row.empty()) throughput_row = std::move(other.throughput_row);
}

Status Kcl3Traces::shared() const {
  if (row.empty() || divides_as_kcl2(client_version)) return {};
  const std::string version = client_version.empty() ? "none" : printable(client_version);
  return {Code::config, "PS0504",
          "row " + row + " belongs to KCL 3, whose leader assigns the leases (cv in row Migration3.0: " + version +
              "); this worker takes no lease, and continues if cv becomes CLIENT_VERSION_2X; or use a separate "
              "lease table"};
}

std::string Kcl3Traces::warning(bool has_index) const {
  if (!row.empty() || (!has_index && throughput_row.empty())) return "";
  const std::string found =
      has_index ? std::string("index ") + kKcl3OwnerIndex : "throughputKBps of lease " + printable(throughput_row);
  return "workers of KCL 3 use this table (" + found +
         "), but their client version is in another table; share the leases with them only while it is "
         "CLIENT_VERSION_2X or CLIENT_VERSION_UPGRADE_FROM_2X, because later their leader assigns all leases";
}

}  // namespace penstock::leases
