#include "core/aws/endpoint_settings.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace penstock::aws {

namespace {

constexpr std::array<std::string_view, 3> kServices = {"kinesis", "dynamodb", "sts"};

// Returns the variable if it is set and not empty, otherwise the profile's setting.
EndpointSetting setting_of(Env& env, const std::string& variable, const AwsProfile* profile, const char* name,
                           const std::string& where) {
  if (std::string value = env.variable(variable.c_str()).value_or(""); !value.empty())
    return {std::move(value), variable};
  if (profile == nullptr) return {};
  std::string value = profile->text(name);
  if (value.empty()) return {};
  return {std::move(value), std::string(name) + " of " + where};
}

// Converts true and false to on and off.
Result<EndpointSetting> read_switch(EndpointSetting setting) {
  const std::string value = lower_case(setting.value);
  if (value == "true") return EndpointSetting{"on", setting.source};
  if (value == "false") return EndpointSetting{"off", setting.source};
  if (value.empty()) return EndpointSetting();
  return Status(Code::config, "PS0254",
                setting.source + " is '" + printable(setting.value) + "': expected true or false");
}

// Returns the URL for a service in the profile's [services] section.
Result<EndpointSetting> url_of_services(const AwsProfiles& profiles, const AwsProfile& profile,
                                        std::string_view service, const std::string& where) {
  if (!profile.has("services")) return EndpointSetting();
  const std::string name = profile.text("services");
  const std::string section = "[services " + printable(name) + "]";
  const IniSettings* const services = profiles.services(name);
  if (services == nullptr || services->empty())
    return Status(
        Code::config, "PS0255",
        where + ": the section " + section + " is missing or empty; add it, or remove the setting services");
  const auto found = services->find(service);
  if (found == services->end()) return EndpointSetting();
  if (!found->second.value.starts_with('\n'))
    return Status(Code::config, "PS0256",
                  section + ": " + std::string(service) +
                      " has no nested settings; write endpoint_url = URL on an indented line below it");
  return EndpointSetting{nested_setting(found->second.value, "endpoint_url"),
                         "endpoint_url of " + std::string(service) + " in " + section};
}

}  // namespace

EndpointSettings read_endpoint_settings(Env& env, const AwsProfiles& profiles, const std::string& profile,
                                        const Complain& complain) {
  const AwsProfile* const found = profiles.find(profile);
  const std::string where = "profile " + printable(profile);
  const auto read = [&](const char* variable, const char* name) {
    return read_switch(setting_of(env, variable, found, name, where));
  };
  const auto or_unset = [&](Result<EndpointSetting> setting) {
    complain(setting.status());
    return setting.ok() ? std::move(*setting) : EndpointSetting();
  };
  EndpointSettings settings;
  settings.use_fips = or_unset(read("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"));
  settings.use_dualstack = or_unset(read("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"));
  const Result<EndpointSetting> ignore =
      read("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
  complain(ignore.status());
  if (!ignore.ok() || ignore->value == "on") return settings;
  for (const std::string_view service : kServices) {
    EndpointSetting& url = settings.urls[std::string(service)];
    url = setting_of(env, "AWS_ENDPOINT_URL_" + upper_case(service), nullptr, "", "");
    if (url.value.empty()) url = setting_of(env, "AWS_ENDPOINT_URL", nullptr, "", "");
    if (!url.value.empty() || found == nullptr) continue;
    url = or_unset(url_of_services(profiles, *found, service, where));
    if (url.value.empty() && found->has("endpoint_url"))
      url = {found->text("endpoint_url"), "endpoint_url of " + where};
  }
  return settings;
}

Result<Endpoint> choose_endpoint(const EndpointSettings& settings, const EndpointOptions& options,
                                 std::string_view service, const std::string& region) {
  EndpointSetting url = {options.url, options.name};
  const auto configured = settings.urls.find(service);
  if (url.value.empty() && configured != settings.urls.end()) url = configured->second;
  const EndpointSetting fips =
      options.use_fips.empty() ? settings.use_fips : EndpointSetting{options.use_fips, "use_fips"};
  const EndpointSetting dualstack = options.use_dualstack.empty()
                                        ? settings.use_dualstack
                                        : EndpointSetting{options.use_dualstack, "use_dualstack"};

  EndpointKind kind = {fips.value == "on", dualstack.value == "on"};
  if (options.is_for_one && !options.url.empty()) kind = {};
  const std::string kind_source = kind.fips ? fips.source : kind.dualstack ? dualstack.source : "";
  if (!url.value.empty() && !kind_source.empty())
    return Status(Code::config, "PS0257",
                  url.source + " conflicts with " + kind_source +
                      ": a custom endpoint has its own address; remove one of the two, or set use_" +
                      (kind.fips ? "fips" : "dualstack") + " off");
  Result<Endpoint> endpoint = make_endpoint(service, region, url.value, options.allow_plaintext, kind);
  const std::string source = url.value.empty() ? kind_source : url.source;
  if (!endpoint.ok()) return source.empty() ? endpoint.status() : endpoint.status().in(source);
  endpoint->source = source;
  return endpoint;
}

void log_endpoint(Env& env, const Endpoint& endpoint) {
  if (endpoint.source.empty()) return;
  env.log(LogLevel::info,
          "using endpoint " + endpoint.url + " for " + endpoint.service + ", from " + endpoint.source);
}

}  // namespace penstock::aws
