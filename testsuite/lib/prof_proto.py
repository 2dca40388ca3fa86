# SPDX-License-Identifier: MIT
"""profile.proto as pprof defines it, by the protobuf library: read(path) returns a Profile."""
import gzip

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

T = descriptor_pb2.FieldDescriptorProto
MESSAGES = {
    'ValueType': [('type', 1, 'i'), ('unit', 2, 'i')],
    'Label': [('key', 1, 'i'), ('str', 2, 'i'), ('num', 3, 'i'), ('num_unit', 4, 'i')],
    'Sample': [('location_id', 1, 'u*'), ('value', 2, 'i*'), ('label', 3, 'Label*')],
    'Mapping': [('id', 1, 'u'), ('memory_start', 2, 'u'), ('memory_limit', 3, 'u'), ('file_offset', 4, 'u'),
                ('filename', 5, 'i'), ('build_id', 6, 'i'), ('has_functions', 7, 'b'), ('has_filenames', 8, 'b'),
                ('has_line_numbers', 9, 'b'), ('has_inline_frames', 10, 'b')],
    'Line': [('function_id', 1, 'u'), ('line', 2, 'i')],
    'Location': [('id', 1, 'u'), ('mapping_id', 2, 'u'), ('address', 3, 'u'), ('line', 4, 'Line*'),
                 ('is_folded', 5, 'b')],
    'Function': [('id', 1, 'u'), ('name', 2, 'i'), ('system_name', 3, 'i'), ('filename', 4, 'i'),
                 ('start_line', 5, 'i')],
    'Profile': [('sample_type', 1, 'ValueType*'), ('sample', 2, 'Sample*'), ('mapping', 3, 'Mapping*'),
                ('location', 4, 'Location*'), ('function', 5, 'Function*'), ('string_table', 6, 's*'),
                ('drop_frames', 7, 'i'), ('keep_frames', 8, 'i'), ('time_nanos', 9, 'i'),
                ('duration_nanos', 10, 'i'), ('period_type', 11, 'ValueType'), ('period', 12, 'i'),
                ('comment', 13, 'i*'), ('default_sample_type', 14, 'i')],
}
TYPES = {'i': T.TYPE_INT64, 'u': T.TYPE_UINT64, 'b': T.TYPE_BOOL, 's': T.TYPE_STRING}


def make_class():
    file = descriptor_pb2.FileDescriptorProto(name='profile.proto', package='p', syntax='proto3')
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            f = message.field.add(name=field, number=number)
            f.label = T.LABEL_REPEATED if kind.endswith('*') else T.LABEL_OPTIONAL
            kind = kind.rstrip('*')
            if kind in TYPES:
                f.type = TYPES[kind]
            else:
                f.type, f.type_name = T.TYPE_MESSAGE, '.p.' + kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName('p.Profile')
    if hasattr(message_factory, 'GetMessageClass'):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


def read(path):
    profile = make_class()()
    with gzip.open(path) as file:
        profile.ParseFromString(file.read())
    return profile
