/* Loaded before the C library: names under .stuck.test never resolve; all others resolve normally. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

typedef int (*resolve_fn)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints, struct addrinfo **result) {
  static const char kStuck[] = ".stuck.test";
  const size_t size = name == NULL ? 0 : strlen(name);
  while (size > sizeof kStuck && strcmp(name + size - (sizeof kStuck - 1), kStuck) == 0) pause();
  resolve_fn resolve;
  *(void **)&resolve = dlsym(RTLD_NEXT, "getaddrinfo");
  return resolve(name, service, hints, result);
}
