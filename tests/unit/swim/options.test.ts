import { describe, expect, test } from 'vitest';
import { createSwim, type SwimOptions } from '~/swim/index.ts';

const good: SwimOptions = {
  uuid: '00000001-0000-1000-8000-000000000001',
  bind: { host: '127.0.0.1', port: 0 },
  clusterName: 'test',
  plain: true,
  profile: 'fast',
  seeds: [],
};
const key = new Uint8Array(32);

function create(more: Partial<SwimOptions>, without: (keyof SwimOptions)[] = []) {
  return createSwim({ ...Object.fromEntries(Object.entries(good).filter(([name]) => !without.includes(name as keyof SwimOptions))), ...more } as SwimOptions);
}

describe('plain mode', () => {
  test('is for loopback, or for who asks twice', () => {
    expect(() => create({})).not.toThrow();
    expect(() => create({ bind: { host: '10.0.0.1', port: 1 } })).toThrow('not loopback');
    expect(() => create({ bind: { host: '10.0.0.1', port: 1 }, allowPlain: true })).not.toThrow();
    expect(() => create({ bind: { host: '10.0.0.1', port: 1 }, keyring: [key] }, ['plain'])).not.toThrow();
  });

  test('the encryption of Tarantool counts as plain', () => {
    const tarantoolCipher = { algorithm: 'aes256', mode: 'cbc', key } as const;
    expect(() => create({ bind: { host: '10.0.0.1', port: 1 }, tarantoolCipher }, ['plain'])).toThrow('not loopback');
  });
});

test.each<[string, Partial<SwimOptions>, (keyof SwimOptions)[]]>([
  ['upper case', { uuid: '0000000A-0000-1000-8000-000000000001' }, []],
  ['is not a lower-case UUID', { uuid: '00000000-0000-0000-0000-000000000000' }, []],
  ['not an IPv4 address', { bind: { host: 'localhost', port: 1 } }, []],
  ['1 to 65535', { seeds: [{ host: '127.0.0.1', port: 65_536 }] }, []],
  ['1 to 65535', { seeds: [{ host: '127.0.0.1', port: 0 }] }, []],
  ['0 to 65535', { bind: { host: '127.0.0.1', port: -1 } }, []],
  ['needs advertise', { bind: { host: '0.0.0.0', port: 1 }, allowPlain: true }, []],
  ['1 to 100 characters', { clusterName: '' }, []],
  ['at most 1200 bytes', { payload: new Uint8Array(1_201) }, []],
  ['exactly one of', { keyring: [key] }, []],
  ['exactly one of', {}, ['plain']],
  ['at least one key', { keyring: [] }, ['plain']],
  ['a key has 32 bytes', { keyring: [new Uint8Array(16)] }, ['plain']],
])('refused: %s', (text, more, without) => {
  expect(() => create(more, without)).toThrow(text === 'upper case' ? 'lower-case' : text);
});
