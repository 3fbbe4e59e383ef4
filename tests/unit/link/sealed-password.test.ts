import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SealedPassword } from '~/contract/shapes/database-user.ts';
import { openPassword, sealPassword } from '~/link/sealed-password.ts';
import { databasePasswords } from '~/server/database-passwords.ts';

const key = randomBytes(32);

describe('a sealed password', () => {
  it('is the hash as Tarantool keeps it, for who has the key', () => {
    const sealed = databasePasswords(key).seal('x', 'app');
    expect(SealedPassword.parse(sealed)).toBe(sealed);
    // box.schema.user.password('x') of Tarantool 2.6.0.
    expect(openPassword(sealed, { key, user: 'app' })).toBe('tpAn1E9uXtwH8a6tFHeWexbygic=');
  });
  it('fits no other user, no other secret, and nothing that was changed', () => {
    const sealed = sealPassword('a hash', { key, user: 'app' });
    expect(openPassword(sealed, { key, user: 'web' })).toBeNull();
    expect(openPassword(sealed, { key: randomBytes(32), user: 'app' })).toBeNull();
    const bytes = Buffer.from(sealed, 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(openPassword(changed.toString('base64'), { key, user: 'app' })).toBeNull();
    }
    for (const text of ['', 'AAAA', '***']) expect(openPassword(text, { key, user: 'app' })).toBeNull();
  });
  it('is another text each time, and told from another password', () => {
    const passwords = databasePasswords(key);
    const [first, second] = [passwords.seal('one', 'app'), passwords.seal('one', 'app')];
    expect(first).not.toBe(second);
    expect(['one', 'two'].map((password) => passwords.fits(second, { password, user: 'app' }))).toEqual([true, false]);
  });
});
