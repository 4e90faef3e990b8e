// Runs a fuzzer once over each file of folders, so that every build has what the fuzzers know.
// Usage: NAME_replay FOLDER_OR_FILE...
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

void run(const std::filesystem::path& path) {
  std::printf("%s\n", path.c_str());
  std::fflush(stdout);  // so that the last line tells the file in which a run ended
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(1);
  }
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  // Of its exact size, so that a sanitizer sees a step past the end.
  const auto data = std::make_unique<uint8_t[]>(text.size());
  if (!text.empty()) std::memcpy(data.get(), text.data(), text.size());
  LLVMFuzzerTestOneInput(data.get(), text.size());
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  for (const char* const path : std::vector<const char*>(argv + 1, argv + argc)) {
    if (std::filesystem::is_directory(path)) {
      for (const auto& entry : std::filesystem::directory_iterator(path)) {
        run(entry.path());
        ++files;
      }
    } else {
      run(path);
      ++files;
    }
  }
  std::printf("%d files\n", files);
  return files > 0 ? 0 : 1;
}
