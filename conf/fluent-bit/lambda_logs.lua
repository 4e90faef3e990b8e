-- The filter lambda_logs for Fluent Bit's lua filter, for agents that cannot load a native filter (before 2.2, or with
-- LuaJIT alone). It is slower than flb-filter_lambda_logs.so; prefer that file if the agent can load it.
--
--   [FILTER]
--       Name      lua
--       Match     lambda
--       script    lambda_logs.lua
--       call      cb_filter
--
-- The agent's lua filter converts every number of a record to a number of Lua, so that integers beyond 2^53 are
-- rounded. It omits nulls unless the section has `enable_flb_null on`.

-- Set each option here or in the environment of the agent.
local options = {
  library = os.getenv("PENSTOCK_LIBRARY") or "/usr/lib/penstock/libpenstock.so",
  key_name = os.getenv("PENSTOCK_KEY_NAME") or "log", -- member that holds the log line
  reserve_data = os.getenv("PENSTOCK_RESERVE_DATA") == "on", -- keep the other members of the record
  preserve_key = os.getenv("PENSTOCK_PRESERVE_KEY") == "on", -- keep the member key_name too
}

-- Options of libpenstock's lambda_logs, by name, like timestamp_key = "@timestamp". An option that is not set here is
-- read from the environment, like PENSTOCK_TIMESTAMP_KEY.
local lambda_logs = {}

local ffi = require("ffi")

-- The part of abi/penstock.h that this script uses.
ffi.cdef([[
typedef struct { const char *data; size_t size; } penstock_bytes;
typedef struct { uint32_t struct_size; int32_t code; int32_t retryable; char text[1012]; } penstock_error;
typedef struct {
  int64_t time_ms;
  penstock_bytes id, key, body;
  uint32_t flags, reserved;
} penstock_record;
typedef struct {
  uint32_t struct_size, record_stride;
  uint64_t ack_id;
  const penstock_record *records;
  uint64_t record_count;
  penstock_bytes log_group, log_stream, owner, region, stream, shard_id, sequence_number;
  uint64_t sub_sequence_number;
  penstock_bytes partition_key;
  int64_t arrival_time_ms;
} penstock_batch;
typedef int32_t (*penstock_emit_fn)(void *ctx, const penstock_batch *batch);
typedef struct { penstock_bytes key, value; } penstock_option;
typedef struct { const char *name, *type, *default_value, *help; int32_t required, reserved; } penstock_option_info;
typedef struct penstock_instance penstock_instance;
typedef struct {
  uint32_t struct_size, reserved;
  int32_t (*apply)(penstock_instance *self, const penstock_batch *batch, penstock_emit_fn emit, void *emit_ctx,
                   penstock_error *error);
} penstock_filter;
typedef struct {
  uint32_t struct_size;
  int32_t kind;
  const char *id, *summary;
  const penstock_option_info *options;
  uint32_t option_info_count, option_info_stride;
  const void *input;
  const penstock_filter *filter;
  const void *output;
  int32_t (*check)(const penstock_option *, size_t, size_t, void *, void *);
  int32_t (*create)(const void *host, const penstock_option *options, size_t option_count, size_t option_stride,
                    penstock_instance **out, penstock_error *error);
  int32_t (*descriptor)(penstock_instance *);
  int64_t (*next_deadline_ms)(penstock_instance *);
  int32_t (*stats)(penstock_instance *, void *, void *);
  int32_t (*close)(penstock_instance *, int64_t, penstock_error *);
  void (*destroy)(penstock_instance *self);
} penstock_stage;
typedef struct {
  uint32_t struct_size, reserved;
  const char *version;
  const penstock_stage *const *stages;
} penstock_module;
const penstock_module *penstock_module_v1(void);
]])

local FILTER = 2
-- Limits for nested objects and arrays. The agent reads at most 32 levels. A value beyond the first limit becomes its
-- JSON text; a line with a value beyond the second limit becomes no record.
local MAX_TABLE_DEPTH = 24
local MAX_DEPTH = 500

-- Agents since 2.2 recognize an empty array by this metatable.
local EMPTY_ARRAY = { type = 1 }

local ESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }

local function utf8(code)
  local char, floor = string.char, math.floor
  if code < 0x80 then
    return char(code)
  elseif code < 0x800 then
    return char(0xC0 + floor(code / 0x40), 0x80 + code % 0x40)
  elseif code < 0x10000 then
    return char(0xE0 + floor(code / 0x1000), 0x80 + floor(code / 0x40) % 0x40, 0x80 + code % 0x40)
  end
  return char(0xF0 + floor(code / 0x40000), 0x80 + floor(code / 0x1000) % 0x40, 0x80 + floor(code / 0x40) % 0x40,
    0x80 + code % 0x40)
end

-- The JSON readers take the text, a position in it, and the depth of that position. They return the value and the
-- position after it, and raise an error if no value is found.

local function read_string(text, at)
  local plain_end = text:match('^[^"\\%c]*"()', at + 1)
  if plain_end then
    return text:sub(at + 1, plain_end - 2), plain_end
  end
  local parts = {}
  at = at + 1
  while true do
    local plain, next_at = text:match('^([^"\\%c]*)()', at)
    parts[#parts + 1] = plain
    local char = text:sub(next_at, next_at)
    if char == '"' then
      return table.concat(parts), next_at + 1
    elseif char == "\127" then -- a control character for Lua, but not for JSON
      parts[#parts + 1] = char
      at = next_at + 1
    elseif char ~= "\\" then
      error("a string without an end")
    elseif text:sub(next_at + 1, next_at + 1) == "u" then
      local code = tonumber(text:match("^%x%x%x%x", next_at + 2) or error("a bad escape"), 16)
      at = next_at + 6
      if code >= 0xD800 and code < 0xE000 then -- the first half of a surrogate pair; the second follows
        local low = tonumber(text:match("^\\u([dD][c-fC-F]%x%x)", at) or error("half a surrogate pair"), 16)
        code = 0x10000 + (code - 0xD800) * 0x400 + low - 0xDC00
        at = at + 6
      end
      parts[#parts + 1] = code < 0x110000 and utf8(code) or error("half a surrogate pair")
    else
      parts[#parts + 1] = ESCAPES[text:sub(next_at + 1, next_at + 1)] or error("a bad escape")
      at = next_at + 2
    end
  end
end

local read_value

local function read_object(text, at, depth)
  local object = {}
  at = text:match("^%s*()", at + 1)
  if text:sub(at, at) == "}" then
    return object, at + 1
  end
  while true do
    if text:sub(at, at) ~= '"' then
      error("an object without a name")
    end
    local name, value
    name, at = read_string(text, at)
    at = text:match("^%s*:%s*()", at) or error("a member without a colon")
    value, at = read_value(text, at, depth)
    object[name] = value
    local mark, next_at = text:match("^%s*([,}])()", at)
    if mark == "}" then
      return object, next_at
    end
    at = text:match("^%s*()", next_at or error("an object without an end"))
  end
end

local function read_array(text, at, depth)
  local array, count = {}, 0
  at = text:match("^%s*()", at + 1)
  if text:sub(at, at) == "]" then
    return setmetatable(array, EMPTY_ARRAY), at + 1
  end
  while true do
    local value
    value, at = read_value(text, at, depth)
    count = count + 1
    array[count] = value
    local mark, next_at = text:match("^%s*([,%]])()", at)
    if mark == "]" then
      return next(array) and array or setmetatable(array, EMPTY_ARRAY), next_at
    end
    at = text:match("^%s*()", next_at or error("an array without an end"))
  end
end

local LITERALS = { ["true"] = true, ["false"] = false }

function read_value(text, at, depth)
  local first = text:sub(at, at)
  if first == '"' then
    return read_string(text, at)
  elseif first == "{" or first == "[" then
    if depth == MAX_DEPTH then
      error("nested too deep")
    end
    local value, next_at = (first == "{" and read_object or read_array)(text, at, depth + 1)
    return depth == MAX_TABLE_DEPTH and text:sub(at, next_at - 1) or value, next_at
  end
  local word, next_at = text:match("^([%w+.-]+)()", at)
  if word == "null" then
    return flb_null, next_at -- a global of the agent, or nil
  elseif LITERALS[word or ""] ~= nil then
    return LITERALS[word], next_at
  elseif word and word:find("^%-?%d+%.?%d*[eE]?[+-]?%d*$") then
    local number = tonumber(word)
    if not number or number - number ~= 0 then
      error("a number that does not fit into a double")
    end
    return number, next_at
  end
  error("not a JSON value")
end

local function read_record(text)
  local record, next_at = read_value(text, 1, 0)
  if type(record) ~= "table" or text:find("%S", next_at) then
    error("not one JSON object")
  end
  return record
end

local function say(text)
  io.stderr:write("[lambda_logs.lua] ", text, "\n")
end

-- All of these must outlive every call.
local library, filter, instance

local function names_of_options(stage)
  local index = -1
  return function()
    index = index + 1
    if index < stage.option_info_count then
      local info = ffi.cast("const char *", stage.options) + index * stage.option_info_stride
      return ffi.string(ffi.cast("const penstock_option_info *", info).name)
    end
  end
end

local function open()
  library = ffi.load(options.library)
  local module = library.penstock_module_v1()
  local stage
  local index = 0
  while module.stages[index] ~= nil do
    if module.stages[index].kind == FILTER and ffi.string(module.stages[index].id) == "lambda_logs" then
      stage = module.stages[index]
    end
    index = index + 1
  end
  if not stage then
    error("it has no filter lambda_logs", 0)
  end
  for name in names_of_options(stage) do
    lambda_logs[name] = lambda_logs[name] or os.getenv("PENSTOCK_" .. name:upper())
  end
  local count = 0
  for _ in pairs(lambda_logs) do
    count = count + 1
  end
  local list = ffi.new("penstock_option[?]", count)
  count = 0
  for name, value in pairs(lambda_logs) do
    list[count].key = { name, #name }
    list[count].value = { value, #value }
    count = count + 1
  end
  local out = ffi.new("penstock_instance *[1]")
  local problem = ffi.new("penstock_error")
  problem.struct_size = ffi.sizeof(problem)
  if stage.create(nil, list, count, ffi.sizeof("penstock_option"), out, problem) < 0 then
    error(ffi.string(problem.text), 0)
  end
  filter = stage.filter
  instance = ffi.gc(out[0], stage.destroy)
end

local opened, why = pcall(open)
if not opened then
  why = tostring(why):gsub("^[^:]*:%d+: ", "")
  say("records pass unchanged, because " .. options.library .. " cannot be used: " .. why .. ". Set"
    .. " PENSTOCK_LIBRARY in the agent's environment, or library in this script, to the path of libpenstock.so")
end

local event = ffi.new("penstock_record[1]")
local batch = ffi.new("penstock_batch")
batch.struct_size = ffi.sizeof(batch)
batch.record_stride = ffi.sizeof("penstock_record")
batch.records = event
batch.record_count = 1
local failure = ffi.new("penstock_error")
failure.struct_size = ffi.sizeof(failure)

local made -- the JSON of the record, or nil
local function take(_, records)
  made = ffi.string(records.records[0].body.data, records.records[0].body.size)
end
-- An error must not propagate through the library.
local emit = ffi.cast("penstock_emit_fn", function(ctx, records)
  return pcall(take, ctx, records) and 0 or -1
end)

local function apply(line, time_ms, id)
  made = nil
  event[0].time_ms = time_ms
  event[0].id.data = id
  event[0].id.size = id and #id or 0
  event[0].body.data = line
  event[0].body.size = #line
  if filter.apply(instance, batch, emit, nil, failure) < 0 then
    error(ffi.string(failure.text), 0)
  end
  return made
end
-- JIT-compiled code must not call a C function that calls back into Lua.
if jit then
  jit.off(apply)
end

-- Reports at exponentially growing intervals, so that many bad lines do not fill the log of the agent.
local problems, next_report = 0, 1
local function complain(text)
  problems = problems + 1
  if problems == next_report then
    next_report = next_report * 2
    say("a record passes unchanged (" .. problems .. " so far): " .. tostring(text))
  end
end

local function milliseconds(timestamp)
  if type(timestamp) == "table" then -- the section has time_as_table on
    return timestamp.sec * 1000 + math.floor(timestamp.nsec / 1000000)
  end
  return math.floor(timestamp * 1000 + 0.5)
end

-- id: the event's ID, which the input puts next to the line. Returns nil if the filter drops the event.
local function convert(line, timestamp, id)
  local json = apply(line, milliseconds(timestamp), type(id) == "string" and id or nil)
  return json and read_record(json)
end

function cb_filter(tag, timestamp, record)
  local line = record[options.key_name]
  if not opened or type(line) ~= "string" then
    return 0, timestamp, record
  end
  local ok, changed = pcall(convert, line, timestamp, record.event_id)
  if not ok then
    complain(changed)
    return 0, timestamp, record
  elseif not changed then
    return -1, timestamp, record
  end
  for name, value in pairs(record) do
    local keep = options.reserve_data
    if name == options.key_name then
      keep = options.preserve_key
    end
    if keep and changed[name] == nil then
      changed[name] = value
    end
  end
  return 2, timestamp, changed
end
