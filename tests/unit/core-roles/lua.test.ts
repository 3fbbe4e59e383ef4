import { describe, expect, test } from 'vitest';
import { luaFaults, type LuaKind } from '~/core/roles/lua.ts';
import { placesOf } from './support.ts';

const none: ReadonlySet<string> = new Set();
const found = (text: string, kind: LuaKind = 'module', globals = none) => luaFaults({ file: 'f', lineOffset: 0, columnOffset: 0, text }, kind, globals).map(({ code, line, column }) => `${code} ${line}:${column}`);

describe('Lua', () => {
  test.each([
    ['goes as LuaJIT takes it', "local n = 5LL + 0x1ULL; goto done; do local s = '\\x41\\z  b' end ::done:: return n"],
    ['has its own names', 'local t = {}; function t.f(self) return self.x.y, t[1], { z = 1 } end; for k, v in pairs(t) do print(k, v) end'],
    ['has what Tarantool gives', "box.begin(); local fiber = require('fiber'); return crud, vshard, coterie, tonumber64('1'), utf8, unpack({})"],
    ['is text in any script', "-- счёт\nreturn 'счёт €'"],
  ])('%s', (_, text) => expect(found(text)).toEqual([]));

  test.each([
    ['if x then', 'luaSyntax 1:10'],
    ['\n\n  x x', 'luaSyntax 3:5'],
    ['goto nowhere', 'luaSyntax 1:1'],
    ['break', 'luaSyntax 1:6'],
    ['local s = "abc', 'luaSyntax 1:15'],
    [`return ${'('.repeat(20_000)}`, 'luaSyntax 1:1'],
  ])('%j has a mistake', (text, fault) => expect(found(text)).toEqual([fault]));

  test('names no one defines are told once, where they first stand', () => {
    expect(found('local a = fibr.sleep(1)\nfibr.sleep(2)\nreturn othr')).toEqual(['undefinedGlobal 1:11', 'undefinedGlobal 3:8']);
    expect(found('x = 1\nfunction y() return x end\nlocal z z = x')).toEqual(['undefinedGlobal 1:1', 'undefinedGlobal 2:10']);
    expect(found('return bank.get(1)', 'module', new Set(['bank']))).toEqual([]);
  });

  test('the body of a function is the function, or a chunk that returns it', () => {
    expect(found('function(a) return a end', 'function')).toEqual([]);
    expect(found('--[[ long\n]] -- short\nfunction (a) return b end', 'function')).toEqual(['undefinedGlobal 3:21']);
    expect(found('function(a) return b end', 'function')).toEqual(['undefinedGlobal 1:20']);
    expect(found('function(a) retrun b end', 'function')).toEqual(['luaSyntax 1:20']);
    expect(found('local x = 1\nreturn function() return x end', 'function')).toEqual([]);
    expect(found('local function f() end', 'function')).toEqual(['noFunction 1:1']);
    expect(found('function(a) return a end')).toEqual(['luaSyntax 1:9']);
  });

  test('in a block of YAML stands where the file has it', () => {
    const yml = (body: string) => ({ 'roles/a/role.yml': `functions:\n  a.b:\n    body: ${body}` });
    expect(placesOf(yml('|\n\n      -- first\n      function()\n        retrun 1\n      end\n'))).toEqual(['roles/a/role.yml:7:16 error luaSyntax']);
    expect(placesOf(yml('function() return who end'))).toEqual(['roles/a/role.yml:3:29 warning undefinedGlobal']);
    expect(placesOf(yml('"function() return who end"'))).toEqual(['roles/a/role.yml:3:30 warning undefinedGlobal']);
    expect(placesOf(yml('|2\n        function()\n      return who\n      end\n'))).toEqual(['roles/a/role.yml:5:14 warning undefinedGlobal']);
  });
});
