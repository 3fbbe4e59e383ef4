import { expect, it } from 'vitest';
import { isProxy, Proxies } from '~/server/surfaces/http/proxies.ts';

const proxies = new Proxies(['10.0.0.0/8', '192.0.2.1', 'fd00::/8']);
const forged = '1.1.1.1';

it.each([
  ['nobody forwards', '203.0.113.7', undefined, '203.0.113.7'],
  ['a stranger forwards', '203.0.113.7', forged, '203.0.113.7'],
  ['a proxy forwards nothing', '10.1.2.3', undefined, '10.1.2.3'],
  ['a proxy forwards', '10.1.2.3', '203.0.113.7', '203.0.113.7'],
  ['the caller has forged an entry', '10.1.2.3', `${forged}, 203.0.113.7`, '203.0.113.7'],
  ['two proxies in a row', '10.1.2.3', `${forged}, 203.0.113.7, 192.0.2.1`, '203.0.113.7'],
  ['the header came twice', '10.1.2.3', [forged, '203.0.113.7'], '203.0.113.7'],
  ['all are proxies', '10.1.2.3', '10.9.9.9, 10.8.8.8', '10.9.9.9'],
  ['a word that is no address', '10.1.2.3', `${forged}, unknown, 192.0.2.1`, '192.0.2.1'],
  ['an empty header', '10.1.2.3', '', '10.1.2.3'],
  ['a port, brackets, a zone', 'fd00::1', '203.0.113.7:4711', '203.0.113.7'],
  ['IPv6 with a port', 'fd00::1', '[2001:db8::1]:4711', '2001:db8::1'],
  ['IPv4 wrapped in IPv6', '::ffff:10.1.2.3', '::ffff:203.0.113.7', '203.0.113.7'],
  ['no address of a connection', null, forged, null],
])('%s', (_what, peer, header, caller) => {
  expect(proxies.caller(peer, header)).toBe(caller);
});

it('does not read a header of any length', () => {
  expect(proxies.caller('10.1.2.3', Array.from({ length: 5000 }, () => '10.0.0.1').join(','))).toBe('10.0.0.1');
});

it('takes addresses and networks', () => {
  expect(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0'].filter((text) => !isProxy(text))).toEqual([]);
  expect(['', 'proxy', '10.0.0.0/33', '::/129', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0/8'].filter(isProxy)).toEqual([]);
});
