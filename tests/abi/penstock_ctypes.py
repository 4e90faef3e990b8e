"""The part of abi/penstock.h that lists stages and runs a filter, for ctypes. It proves that the ABI is plain C."""

import ctypes as c

INPUT, FILTER, OUTPUT = 1, 2, 3
KINDS = {INPUT: "input", FILTER: "filter", OUTPUT: "output"}
RECORD_JSON = 1


class Bytes(c.Structure):
    _fields_ = [("data", c.c_void_p), ("size", c.c_size_t)]

    def get(self):
        return c.string_at(self.data, self.size) if self.size else b""


class Error(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("code", c.c_int32), ("retryable", c.c_int32), ("text", c.c_char * 1012)]


class Record(c.Structure):
    _fields_ = [("time_ms", c.c_int64), ("id", Bytes), ("key", Bytes), ("body", Bytes), ("flags", c.c_uint32),
                ("reserved", c.c_uint32), ("extracted_fields", Bytes)]


class Batch(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("record_stride", c.c_uint32), ("ack_id", c.c_uint64),
                ("records", c.POINTER(Record)), ("record_count", c.c_uint64), ("log_group", Bytes),
                ("log_stream", Bytes), ("owner", Bytes), ("region", Bytes), ("stream", Bytes), ("shard_id", Bytes),
                ("sequence_number", Bytes), ("sub_sequence_number", c.c_uint64), ("partition_key", Bytes),
                ("arrival_time_ms", c.c_int64), ("central_log_group", Bytes)]


class Option(c.Structure):
    _fields_ = [("key", Bytes), ("value", Bytes)]


class OptionInfo(c.Structure):
    _fields_ = [("name", c.c_char_p), ("type", c.c_char_p), ("default_value", c.c_char_p), ("help", c.c_char_p),
                ("required", c.c_int32), ("reserved", c.c_int32)]


EMIT = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(Batch))
APPLY = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(Batch), EMIT, c.c_void_p, c.POINTER(Error))


class Filter(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("reserved", c.c_uint32), ("apply", APPLY)]


PRINT = c.CFUNCTYPE(None, c.c_void_p, Bytes)


def infos(at, count, stride):
    """Returns the elements of a table of options or arguments."""
    return [OptionInfo.from_address(at + i * stride) for i in range(count)]


class Command(c.Structure):
    _fields_ = [("name", c.c_char_p), ("help", c.c_char_p), ("arguments", c.c_void_p),
                ("argument_info_count", c.c_uint32), ("argument_info_stride", c.c_uint32),
                ("run", c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(Option), c.c_size_t, c.POINTER(Option), c.c_size_t,
                                    c.c_size_t, PRINT, c.c_void_p, c.POINTER(Error)))]

    def argument_infos(self):
        return infos(self.arguments, self.argument_info_count, self.argument_info_stride)


class Stage(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("kind", c.c_int32), ("id", c.c_char_p), ("summary", c.c_char_p),
                ("options", c.c_void_p), ("option_info_count", c.c_uint32), ("option_info_stride", c.c_uint32),
                ("input", c.c_void_p), ("filter", c.POINTER(Filter)), ("output", c.c_void_p), ("check", c.c_void_p),
                ("create", c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(Option), c.c_size_t, c.c_size_t,
                                       c.POINTER(c.c_void_p), c.POINTER(Error))),
                ("descriptor", c.c_void_p), ("next_deadline_ms", c.c_void_p), ("stats", c.c_void_p),
                ("close", c.CFUNCTYPE(c.c_int32, c.c_void_p, c.c_int64, c.POINTER(Error))),
                ("destroy", c.CFUNCTYPE(None, c.c_void_p)), ("command_count", c.c_uint32),
                ("command_stride", c.c_uint32), ("commands", c.c_void_p)]

    def option_infos(self):
        return infos(self.options, self.option_info_count, self.option_info_stride)

    def command(self, name):
        """Returns the command of that name, or None."""
        if self.struct_size < Stage.commands.offset + Stage.commands.size:
            return None
        every = (Command.from_address(self.commands + i * self.command_stride) for i in range(self.command_count))
        return next((one for one in every if one.name == name.encode()), None)


class Module(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("reserved", c.c_uint32), ("version", c.c_char_p),
                ("stages", c.POINTER(c.POINTER(Stage)))]


def stages(path):
    """Returns every stage of the library at path, as {(kind, id): Stage}."""
    library = c.CDLL(path)
    library.penstock_module_v1.restype = c.POINTER(Module)
    module = library.penstock_module_v1().contents
    found = {}
    for pointer in module.stages:
        if not pointer:
            return found
        stage = pointer.contents
        found[stage.kind, stage.id.decode()] = stage
