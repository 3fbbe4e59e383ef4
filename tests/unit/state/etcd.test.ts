import { expect, it } from 'vitest';
import { systemClock } from '~/iproto/clock.ts';
import { Codec } from '~/state/etcd/codec.ts';
import { openEtcd } from '~/state/etcd/open.ts';
import { meaningOf } from '~/state/etcd/replies.ts';
import { parseEtcd } from '~/state/etcd/settings.ts';

const settings = { endpoints: ['http://10.0.0.1:2379'], prefix: '/coterie/main' };

it('refuses settings that are none, and says no secret', () => {
  expect(parseEtcd(settings)).toMatchObject({ prefix: '/coterie/main/', credentials: null });
  for (const wrong of [
    { endpoints: [] }, { endpoints: ['10.0.0.1:2379'] }, { endpoints: ['ftp://a:1'] }, { endpoints: ['http://a:1/v3'] }, { prefix: '/' }, { prefix: 'coterie' }, { prefix: '/a//b' },
    { user: 'u' }, { password: 'p' }, { tls: { cert: 'x' } }, { tls: { key: 'x' } },
  ]) expect(() => parseEtcd({ ...settings, ...wrong }), JSON.stringify(wrong)).toThrow(RangeError);
  const error = (() => {
    try {
      return parseEtcd({ ...settings, endpoints: ['http://user:hunter2@a:2379'] });
    } catch (reason) {
      return reason as Error;
    }
  })() as Error;
  expect(error.message).not.toContain('hunter2');
  expect(() => parseEtcd({ ...settings, tls: { ca: '/nowhere/ca.pem' } })).toThrow('ENOENT');
});

it('names its place without user and password', async () => {
  const state = openEtcd({ clock: systemClock, random: Math.random }, { ...settings, user: 'u', password: 'hunter2', client: 'a', cluster: 'c' });
  expect(state.place).toBe('etcd http://10.0.0.1:2379 under /coterie/main/');
  await state.close();
});

it('reads answers: what was done, what may have been, what never was', () => {
  const reply = (message: string, code: number) => meaningOf({ status: 400, text: JSON.stringify({ error: message, message, code }) });
  expect(meaningOf({ status: 200, text: '{}' })).toEqual({ kind: 'ok', body: {} });
  expect(meaningOf({ status: 200, text: '{"hea' })).toMatchObject({ kind: 'again', maybe: true });
  expect(reply('etcdserver: request timed out', 14)).toMatchObject({ kind: 'again', maybe: true, reason: 'request timed out' });
  expect(reply('etcdserver: leader changed', 14)).toMatchObject({ kind: 'again', maybe: true });
  expect(reply('etcdserver: too many requests', 8)).toMatchObject({ kind: 'again', maybe: false });
  expect(reply('etcdserver: invalid auth token', 16)).toEqual({ kind: 'logIn' });
  expect(reply('etcdserver: permission denied', 7)).toMatchObject({ kind: 'final', error: { kind: 'denied' } });
  expect(reply('etcdserver: requested lease not found', 5)).toMatchObject({ kind: 'final', error: { name: 'NoSession' } });
  expect(reply('etcdserver: request is too large', 3)).toMatchObject({ kind: 'final', error: { kind: 'limit' } });
  expect(meaningOf({ status: 502, text: '<html>' })).toMatchObject({ kind: 'again', maybe: true });
  expect(meaningOf({ reason: 'refuses the connection', sent: false, denied: false })).toMatchObject({ kind: 'again', maybe: false });
  expect(meaningOf({ status: 400, text: '{"message":"x","code":14}Grpc-Trailer-Content-Type: application/grpc' })).toMatchObject({ kind: 'again', reason: 'x' });
});

it('spans exactly the keys of a prefix, and tells the changes of each revision apart', () => {
  const codec = new Codec('/c/');
  const { key, rangeEnd } = codec.span('rs/');
  expect([key, rangeEnd].map((text) => Buffer.from(text, 'base64').toString())).toEqual(['/c/rs/', '/c/rs0']);
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  const changes = codec.changes({
    events: [
      { kv: { key: encoded('/c/a'), value: encoded('1'), mod_revision: '5' } },
      { type: 'DELETE', kv: { key: encoded('/c/b'), mod_revision: '5' } },
      { kv: { key: encoded('/c/a'), mod_revision: '6' } },
    ],
  });
  expect([...changes]).toEqual([
    [5, new Map([['a', { value: '1', revision: 5 }], ['b', null]])],
    [6, new Map([['a', { value: '', revision: 6 }]])],
  ]);
  expect(() => codec.changes({ events: [{ kv: { key: encoded('/c/a'), mod_revision: '9223372036854775807' } }] })).toThrow('2^53');
});
