import { describe, expect, it } from 'vitest';
import { limitKey } from '~/server/access/addresses.ts';
import { cookieIn } from '~/server/access/cookies.ts';
import { RateLimit } from '~/server/access/rate.ts';
import { allows, lesser } from '~/server/access/roles.ts';

describe('small parts', () => {
  it('roles are ordered', () => {
    expect([allows('admin', 'operator'), allows('operator', 'operator'), allows('viewer', 'operator')]).toEqual([true, true, false]);
    expect([lesser('admin', 'viewer'), lesser('viewer', 'admin'), lesser('operator', 'operator')]).toEqual(['viewer', 'viewer', 'operator']);
  });

  it.each([
    ['10.0.0.1', '10.0.0.1'], ['::ffff:10.0.0.1', '10.0.0.1'], ['::1', '0:0:0:0::/64'], ['2001:DB8:0:12::5', '2001:db8:0:12::/64'],
    ['2001:db8:0:12:aaaa:bbbb:cccc:dddd', '2001:db8:0:12::/64'], ['fe80::1%eth0', 'fe80:0:0:0::/64'], ['2001:0db8::', '2001:db8:0:0::/64'], [null, 'local'],
  ])('%s is limited as %s', (address, key) => expect(limitKey(address)).toBe(key));

  it('a cookie is found among others', () => {
    expect([cookieIn('a=1; coterie=x; b=2', { secure: false }), cookieIn('xcoterie=1', { secure: false }), cookieIn('coterie=1', { secure: true }), cookieIn(null, { secure: true }), cookieIn(`coterie=1;${'x'.repeat(9000)}`, { secure: false })]).toEqual(['x', null, null, null, null]);
  });

  it('a rate limit refills, knows no more keys than it may, and earns nothing from a clock set back', () => {
    let now = 1000;
    const limit = new RateLimit(() => now, { burst: 2, everyMs: 100, keysMax: 2 });
    expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 100]);
    now += 50;
    expect([limit.waitMs('a'), limit.take('b')]).toEqual([50, 0]);
    now = 0;
    expect(limit.waitMs('a')).toBe(100);
    limit.take('c');
    expect(limit.waitMs('a')).toBe(0);
  });
});
