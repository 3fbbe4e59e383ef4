import { expect, test } from 'vitest';
import type { BundleRole } from '~/core/roles/bundle.ts';
import { bundled } from '~/core/roles/bundle-text.ts';
import { schemaText } from '~/agent/roles/schema.ts';
import { hashOf } from '~/link/hash.ts';

/** Two versions that want the same of spaces and rights are told apart by nothing here: the second leaves all of that alone. */

const code = (text: string) => ({ file: 'roles/bank/role.yml', lineOffset: 0, text });
const bank = {
  name: 'bank', modules: [{ name: 'bank', code: code('return {}') }], migrations: [], conf: {},
  functions: [{ name: 'bank.key', access: ['app'], code: code('function(row) return row[1] end') }, { name: 'bank.get', access: ['app'], code: code('function() end') }],
  spaces: { accounts: { indexes: [{ name: 'id' }, { name: 'key', func: 'bank.key' }] } },
} as unknown as BundleRole;
const textOf = (over: Partial<BundleRole> = {}, ...others: BundleRole[]) => schemaText(bundled([{ ...bank, ...over }, ...others], hashOf));
const [key, get] = bank.functions;

test('other code and configuration want the same of spaces and rights', () => {
  expect(textOf({ modules: [], conf: { 'limits.yml': 1 }, functions: [key!, { ...get!, mode: 'read', code: code('function() return 1 end') }] })).toBe(textOf());
});

test.each<[string, () => string]>([
  ['another space', () => textOf({ spaces: { ...bank.spaces, owners: bank.spaces['accounts']! } })],
  ['another index', () => textOf({ spaces: { accounts: { indexes: [{ name: 'id' }] } } as never })],
  ['the text of a function that makes keys', () => textOf({ functions: [{ ...key!, code: code('function(row) return row[2] end') }, get!] })],
  ['who may call', () => textOf({ functions: [key!, { ...get!, access: ['app', 'shop'] }] })],
  ['another function', () => textOf({ functions: [key!] })],
  ['another role', () => textOf({}, { ...bank, name: 'shop', spaces: {}, functions: [] })],
])('%s wants something else', (_, text) => {
  expect(text()).not.toBe(textOf());
});
