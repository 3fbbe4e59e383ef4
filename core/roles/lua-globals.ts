/** Names that Lua code in a Tarantool of Coterie finds without `require`. */

/** Of Lua 5.1 and LuaJIT, but for those that Tarantool takes away. */
const standard = [
  '_G', '_VERSION', 'assert', 'bit', 'collectgarbage', 'coroutine', 'debug', 'dofile', 'error', 'gcinfo', 'getfenv', 'getmetatable', 'io', 'ipairs', 'jit', 'load', 'loadfile',
  'loadstring', 'math', 'module', 'newproxy', 'next', 'os', 'package', 'pairs', 'pcall', 'print', 'rawequal', 'rawget', 'rawset', 'require', 'select', 'setfenv', 'setmetatable',
  'string', 'table', 'tonumber', 'tostring', 'type', 'unpack', 'utf8', 'xpcall',
];

/** Of Tarantool. */
const tarantool = ['arg', 'box', 'help', 'role_stack', 'tonumber64', 'tutorial'];

/** Of Coterie. */
const ours = ['coterie', 'crud', 'vshard'];

export const knownGlobals: ReadonlySet<string> = new Set([...standard, ...tarantool, ...ours]);

/** Modules that `require` finds in Tarantool, or takes from Coterie: a role of the same name would hide them. */
export const takenModules: ReadonlySet<string> = new Set([
  'bit', 'box', 'buffer', 'clock', 'console', 'coroutine', 'coterie', 'crud', 'crypto', 'csv', 'datetime', 'ddl', 'debug', 'decimal', 'digest', 'errno', 'error', 'experimental', 'ffi', 'fiber', 'fio', 'fun', 'help',
  'http', 'iconv', 'internal', 'io', 'jit', 'json', 'key-def', 'log', 'math', 'merger', 'misc', 'msgpack', 'msgpackffi', 'net', 'os', 'package', 'pickle', 'popen', 'pwd', 'reflection', 'say', 'socket',
  'strict', 'string', 'swim', 'table', 'tap', 'tarantool', 'title', 'trigger', 'uri', 'utf8', 'uuid', 'varbinary', 'vshard', 'xlog', 'yaml',
]);
