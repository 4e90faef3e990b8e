// What a service's refusal means: its code, and the class of action that it calls for.
#pragma once

#include <string>
#include <string_view>

#include "core/env.h"

namespace penstock::aws {

// The code without its namespace: "ExpiredIteratorException" from __type in the body
// ("com.amazonaws.kinesis#ExpiredIteratorException") or the x-amzn-errortype header ("...:http://..."); "" if
// none.
std::string aws_error_code(const HttpResponse& response);

// ok for 2xx; the transport's own status, where no response came. Else the class of the error (base/status.h),
// and "operation: code: the service's message". Code::denied only for AccessDenied in the service's own form, a
// JSON object with __type: what a proxy refuses says nothing about what the service would.
Status aws_status(std::string_view operation, const HttpResponse& response);

// The same for a refusal that was read already; code and message may be "".
Status aws_error(std::string_view operation, int http_status, std::string_view code, std::string_view message);

}  // namespace penstock::aws
