// Classification of AWS errors: the error code, and the class of action that it calls for.
#pragma once

#include <string>
#include <string_view>

#include "core/env.h"

namespace penstock::aws {

// Returns the error code without its namespace, such as "ExpiredIteratorException"; "" if the response has none.
// The body has it in __type ("com.amazonaws.kinesis#ExpiredIteratorException"), or the x-amzn-errortype header has
// it before a URL ("ExpiredIteratorException:http://...").
std::string aws_error_code(const HttpResponse& response);

// Returns ok for HTTP 2xx, and the transport's status if no response arrived. Otherwise returns the class of the
// error (base/status.h) with the message "operation: code: the service's message". Code::denied is used only for
// AccessDenied in the service's own form, a JSON object with __type, because a rejection by a proxy does not say
// what the service would do.
Status aws_status(std::string_view operation, const HttpResponse& response);

// The same for an error that is already parsed; code and message may be "".
Status aws_error(std::string_view operation, int http_status, std::string_view code, std::string_view message);

}  // namespace penstock::aws
