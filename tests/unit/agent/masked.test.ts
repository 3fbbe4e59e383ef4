import { assert, property, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { masked } from '~/agent/masked.ts';

const shown = (value: unknown, name = 'replication') => masked([{ name, value, default: null, origin: 'coterie' }])[0]!.value;

describe('masked settings', () => {
  it('keeps who and where, not the password', () => {
    expect(shown(['coterie_replication:s3cret@127.0.0.1:3301', 'replica:p@ss:w/rd@[::1]:3302'])).toEqual(['coterie_replication:***@127.0.0.1:3301', 'replica:***@[::1]:3302']);
    expect(shown('http://bob:hunter2@proxy:8080/x', 'feedback_host')).not.toContain('hunter2');
    expect(shown({ uri: { nested: 'a:b@c:1' } })).toEqual({ uri: { nested: 'a:***@c:1' } });
    expect(shown({ login: 'a', password: 'b' })).toEqual({ login: 'a', password: '***' });
    expect(shown('b', 'some_secret')).toBe('***');
  });

  it('leaves everything else as it is', () => {
    for (const value of ['127.0.0.1:3301', 3301, true, null, '.', ['unix/:./a.sock'], 'plain']) expect(shown(value)).toEqual(value);
  });

  it('lets no password through, wherever it stands', () => {
    const word = stringMatching(/^[a-z]{1,8}$/);
    // None of its letters is in the rest, so that any piece of it would be seen.
    const secret = stringMatching(/^[A-Z0-9@:/,%.!_-]{0,10}[A-Z]{3}$/);
    assert(property(word, secret, word, (user, pass, host) => {
      const text = JSON.stringify(shown([{ deep: [`${user}:${pass}@${host}:1`] }, `${user}:${pass}@${host}:1`]));
      expect(text).not.toMatch(/[A-Z]{3}/);
      expect(text).toContain(host);
    }));
  });
});
