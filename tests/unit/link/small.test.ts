import { expect, test, vi } from 'vitest';
import { decodePayload, encodePayload, type GossipPayload } from '~/link/gossip-payload.ts';
import { keysOf } from '~/link/keys.ts';
import { TokenSigner, TokenVerifier, verifyToken } from '~/link/token.ts';

const payload: GossipPayload = { kind: 'agent', alias: 'a', uri: 'h:1', http: 'h:2', zone: null, state: 'ready', config: { version: 3, hash: '0123456789abcdef' }, replicaset: null, readOnly: true };

test('a payload survives the way there and back, at its longest too', () => {
  expect(decodePayload(encodePayload(payload))).toEqual(payload);
  const long = { ...payload, alias: 'x'.repeat(63), uri: 'h'.repeat(260), http: 'h'.repeat(260), zone: 'z'.repeat(63), replicaset: '11111111-1111-4111-8111-111111111111' };
  expect(decodePayload(encodePayload(long))).toEqual(long);
});

test('a foreign payload is null, never an error', () => {
  for (const bytes of [undefined, new Uint8Array(), new Uint8Array([255, 254]), new TextEncoder().encode('{'), new TextEncoder().encode('{"kind":"cow"}'), new Uint8Array(5000)]) expect(decodePayload(bytes)).toBeNull();
});

test('keys differ by purpose, by cluster and by secret, and stay the same otherwise', () => {
  const a = keysOf('a secret of enough length', 'one');
  expect(keysOf('a secret of enough length', 'one')).toEqual(a);
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const b = keysOf('a secret of enough length', 'two');
  const c = keysOf('another secret, as long', 'one');
  const all = [a, b, c].flatMap((keys) => [hex(keys.token), hex(keys.gossip), keys.replicationPassword]);
  expect(new Set(all).size).toBe(9);
  expect(() => keysOf('short', 'one')).toThrow('16 bytes');
});

test('a token is renewed before it is stale and opens one callee only', async () => {
  const key = new Uint8Array(32).fill(1);
  let now = Date.now();
  const signer = new TokenSigner(key, { name: 'server s' }, () => now);
  const first = await signer.tokenFor('a');
  expect(await signer.tokenFor('a')).toBe(first);
  expect(await verifyToken(`Bearer ${first}`, { key, callee: 'a' })).toMatchObject({ name: 'server s' });
  expect(await verifyToken(`Bearer ${first}`, { key, callee: 'b' })).toBeNull();
  now += 16_000;
  expect(await signer.tokenFor('a')).not.toBe(first);
});

test('a token that was found good is known until it ends, and not longer', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const key = new Uint8Array(32).fill(1);
    const begun = Date.now();
    const header = `Bearer ${await new TokenSigner(key, { name: 'server s' }).tokenFor('a')}`;
    const verifier = new TokenVerifier({ key, callee: 'a' });
    for (const [afterMs, name] of [[0, 'server s'], [58_000, 'server s'], [61_000, undefined]] as const) {
      vi.setSystemTime(begun + afterMs);
      expect((await verifier.verify(header))?.name).toBe(name);
    }
  } finally {
    vi.useRealTimers();
  }
});
