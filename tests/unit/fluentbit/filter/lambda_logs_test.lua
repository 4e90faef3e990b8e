-- luajit lambda_logs_test.lua SCRIPT LIBRARY: runs cb_filter of the script with the library, as the agent's lua
-- filter does, and prints each check that fails.
local script, library = arg[1], arg[2]

local said = {}
local stderr = io.stderr
local failures = 0

-- Loads the script again, in an environment of its own.
local function load_script(environment)
  said = {}
  local globals = setmetatable({
    os = { getenv = function(name) return environment[name] end },
    io = { stderr = { write = function(_, ...) said[#said + 1] = table.concat({ ... }) end } },
    flb_null = environment.flb_null,
  }, { __index = _G })
  local chunk = assert(loadfile(script))
  setfenv(chunk, globals)()
  return globals.cb_filter
end

local function filter(options)
  local environment = { PENSTOCK_LIBRARY = library }
  for key, value in pairs(options or {}) do
    environment[key] = value
  end
  return load_script(environment)
end

local function check(sentence, condition)
  if not condition then
    failures = failures + 1
    stderr:write("FAILED: ", sentence, "\n")
  end
end

local LINE = "[WARNING]\t2019-08-25T13:59:15.269Z\t8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\tonly 3 left\n"

local cb_filter = filter()
local code, time, record = cb_filter("lambda", 1.25, { log = LINE, stream = "stdout" })
check("a line becomes a record, and the time is unchanged", code == 2 and time == 1.25)
check("the record has the fields of the line", record.level == "WARNING" and record.message == "only 3 left"
  and record.timestamp == "2019-08-25T13:59:15.269Z"
  and record.lambda.requestId == "8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001")
check("the other members are removed, and no source is added", record.log == nil and record.stream == nil
  and record.source == nil)

-- Level, event and type of the error that a line has.
for _, case in ipairs({
  { '2026/09/14 22:25:42 {"errorMessage":"not invited","errorType":"errorString"}', "ERROR", "error", "errorString" },
  { '{"errorMessage":"x","errorType":"Init<LoadError>"}', "ERROR", "error", "Init<LoadError>" },
  { '8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001\tInvoke Error\t{"errorType":"App\\\\E"}', "ERROR", "error", "App\\E" },
  { '{"type":"platform.logsDropped","record":{"droppedRecords":1}}', "WARN", "logsDropped" },
  { "DD_EXTENSION | DEBUG | started", "DEBUG" },
  { "the job got an ERROR", "INFO" },
}) do
  local _, _, made = cb_filter("lambda", 1, { log = case[1] })
  local lambda = made.lambda or {}
  check("level and facts are those of " .. case[1],
    made.level == case[2] and lambda.event == case[3] and lambda.errorType == case[4])
end

_, _, record = cb_filter("lambda", 1.25, { log = "plain" })
check("a line without a time gets the time of its event", record.timestamp == "1970-01-01T00:00:01.250Z")
_, _, record = cb_filter("lambda", { sec = 1, nsec = 250999999 }, { log = "plain" })
check("the time may be a table", record.timestamp == "1970-01-01T00:00:01.250Z")

for _, untouched in ipairs({ { nolog = 1 }, { log = 5 }, { log = {} }, {} }) do
  code, time, record = cb_filter("lambda", 7, untouched)
  check("a record without a line is unchanged", code == 0 and time == 7 and record == untouched)
end

_, _, record = cb_filter("lambda", 1, {
  log = '{"s":"\\u00e9\\ud83d\\ude00\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\127","i":12345678901,"d":-1.5e2,"t":true,'
    .. '"f":false,"n":null,"a":[1,null,"x"],"e":[],"o":{},"m":{"k":[{"l":1}]},"timestamp":1}',
})
check("escapes in strings are decoded",
  record.s == "\195\169\240\159\152\128\"\\/\b\f\n\r\t\0\127")
check("numbers, booleans and null are read", record.i == 12345678901 and record.d == -150 and record.t == true
  and record.f == false and record.n == nil and record.timestamp_original == 1)
check("arrays and objects are read", record.a[1] == 1 and record.a[2] == nil and record.a[3] == "x"
  and record.m.k[1].l == 1 and next(record.o) == nil)
check("an empty array differs from an empty object", getmetatable(record.e).type == 1
  and getmetatable(record.o) == nil)

local null = {}
_, _, record = filter({ flb_null = null })("lambda", 1, { log = '{"n":null,"a":[null]}' })
check("null is the agent's null if it has one", record.n == null and record.a[1] == null)

check("a record with a number beyond doubles is unchanged", filter()("lambda", 1, { log = '{"n":1e400}' }) == 0)

local function nested(depth)
  return '{"a":' .. ("["):rep(depth - 1) .. " 1 " .. ("]"):rep(depth - 1) .. " }"
end
local function depth_of(value)
  return type(value) == "table" and 1 + depth_of(value.a or value[1]) or 0
end
cb_filter = filter()
_, _, record = cb_filter("lambda", 1, { log = nested(24) })
check("values nested 24 deep are read", depth_of(record) == 24)
_, _, record = cb_filter("lambda", 1, { log = nested(26) })
check("deeper values become text", depth_of(record) == 24)
for _ = 1, 23 do
  record = record.a or record[1]
end
check("the text of deeper values is JSON", record[1] == "[[ 1 ]]")
check("values nested 500 deep are accepted", cb_filter("lambda", 1, { log = nested(500) }) == 2 and #said == 0)
check("a record nested 501 deep is unchanged", cb_filter("lambda", 1, { log = nested(501) }) == 0)
check("a record nested too deeply is logged", #said == 1 and said[1]:find("nested too deep", 1, true))
for _ = 1, 6 do
  cb_filter("lambda", 1, { log = nested(501) })
end
check("repeated log lines become less frequent", #said == 3)
check("a record nested too deeply does not affect others", cb_filter("lambda", 1, { log = LINE }) == 2)
check("a line of a hundred thousand brackets is text", cb_filter("lambda", 1, { log = ("["):rep(100000) }) == 2)

_, _, record = filter({ PENSTOCK_RESERVE_DATA = "on" })("lambda", 1, { log = LINE, stream = "stdout", level = "x" })
check("reserve_data keeps members that the record does not have", record.stream == "stdout" and record.level == "WARNING"
  and record.log == nil)
for _, options in ipairs({ {}, { PENSTOCK_RESERVE_DATA = "on" } }) do
  cb_filter = filter(options)
  _, _, record = cb_filter("lambda", 1, { log = '{"event_id":"order-17"}', event_id = "3870" })
  check("the event's id next to the line is the record's", record.event_id == "3870")
  check("the application's id is kept", record.event_id_original == "order-17")
  _, _, record = cb_filter("lambda", 1, { log = '{"event_id":"order-17"}', event_id = 7 })
  check("without an event id the application's is unchanged", record.event_id == "order-17" and record.event_id_original == nil)
  _, _, record = cb_filter("lambda", 1, { log = "plain" })
  check("an id belongs to only one event", record.event_id == nil)
end

_, _, record = filter({ PENSTOCK_PRESERVE_KEY = "on" })("lambda", 1, { log = LINE, stream = "stdout" })
check("preserve_key keeps only the line", record.log == LINE and record.stream == nil)
code = filter({ PENSTOCK_KEY_NAME = "line" })("lambda", 1, { line = LINE })
check("key_name names the member with the line", code == 2)
_, _, record = filter({ PENSTOCK_TIMESTAMP_KEY = "@timestamp" })("lambda", 1, { log = LINE })
check("the library gets its options", record["@timestamp"] ~= nil)

local dropping = filter({ PENSTOCK_DROP = "start,end" })
local START = "START RequestId: 8f5fbb4b-7b0a-4c5c-9a3c-5bd1d0c4a001 Version: 7"
check("drop leaves out the events that it names", dropping("lambda", 1, { log = START }) == -1)
check("drop leaves out no other event", dropping("lambda", 1, { log = LINE }) == 2 and #said == 0)

filter({ PENSTOCK_TIMESTAMP_KEY = "" })
check("errors of the library are logged", #said == 1 and said[1]:find("timestamp_key", 1, true))

cb_filter = load_script({ PENSTOCK_LIBRARY = "/nowhere/libpenstock.so" })
local given = { log = LINE }
code, time, record = cb_filter("lambda", 1, given)
check("without the library records are unchanged", code == 0 and time == 1 and record == given)
check("a missing library is logged once with its path and what to do", #said == 1
  and said[1]:find("/nowhere/libpenstock.so cannot be used", 1, true) and said[1]:find("Set PENSTOCK_LIBRARY", 1, true))

-- With callbacks from compiled code, the process would end here.
cb_filter = filter()
local sum = 0
for index = 1, 20000 do
  local _, _, made = cb_filter("lambda", 1, { log = '{"n":' .. index .. "}" })
  sum = sum + made.n
end
check("many records in a row are filtered", sum == 20000 * 20001 / 2)

os.exit(failures == 0 and 0 or 1)
