#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "base/text.h"
#include "core/posix/file_io.h"
#include "core/posix/posix_env.h"

namespace penstock::posix {

namespace {

std::string this_user() { return "user " + std::to_string(geteuid()) + ", which runs this program"; }

Status failed(const std::string& what, int error) {
  return {Code::config, "PS0666", what + ": " + std::generic_category().message(error)};
}

// Checks the folder of path: to sync it requires read access, and to create files in it write access.
Status check_folder_of(const std::string& path, int access) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  struct stat about = {};
  const std::string name = "folder " + printable(folder);
  if (stat(folder.c_str(), &about) != 0) {
    if (errno != ENOENT) return failed("cannot use " + name, errno);
    return {Code::config, "PS0683",
            name + " does not exist; create it, owned by " + this_user() + ": install -d -m 0700 -o " +
                std::to_string(geteuid()) + " " + printable(folder)};
  }
  if (!S_ISDIR(about.st_mode))
    return {Code::config, "PS0684", name + " is not a folder; choose a path in an existing folder"};
  if (faccessat(AT_FDCWD, folder.c_str(), access, AT_EACCESS) == 0) return {};
  const std::string what = ((access & W_OK) != 0 ? "cannot read and write " : "cannot read ") + name;
  if (errno != EACCES) return failed(what, errno);
  return {Code::config, "PS0685",
          what + " as " + this_user() + ": it belongs to user " + std::to_string(about.st_uid) +
              "; change its owner (chown " + std::to_string(geteuid()) + " " + printable(folder) +
              "), or choose another folder"};
}

// Checks a path at which a file may exist. Sets *about if it does; otherwise sets its st_nlink to 0.
Status check_path(const std::string& path, struct stat* about) {
  *about = {};
  const std::string name = printable(path);
  if (path.empty() || path.ends_with('/'))
    return {Code::config, "PS0686", "'" + name + "' is a folder; choose a file in it"};
  if (lstat(path.c_str(), about) != 0) {
    if (errno == ENAMETOOLONG) return failed("cannot open " + name, errno);
    return check_folder_of(path, R_OK | W_OK | X_OK);
  }
  if (S_ISLNK(about->st_mode)) return {Code::config, "PS0669", name + " is a symbolic link; name the file itself"};
  if (!S_ISREG(about->st_mode))
    return {Code::config, "PS0671", name + " is not a regular file; choose another path"};
  if (faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0)
    return failed("cannot read and write " + name + " as " + this_user(), errno);
  return check_folder_of(path, R_OK | X_OK);
}

}  // namespace

Status check_writable(const std::string& path) {
  struct stat about = {};
  Status status = check_path(path, &about);
  return status.ok() && about.st_nlink > 0 ? check_private(about, printable(path)) : status;
}

Status check_replaceable(const std::string& path) {
  if (Status status = check_target(path); !status.ok()) return status;
  const std::string temporary = path + ".tmp";
  struct stat about = {};
  Status status = check_path(temporary, &about);
  return status.ok() && about.st_nlink > 0 ? check_temporary(about, printable(temporary)) : status;
}

}  // namespace penstock::posix
