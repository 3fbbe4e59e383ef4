import { describe, expect, it } from 'vitest';
import { pieces } from '~/app/lib/prose.ts';
import { isLag } from '~/app/lib/summary.ts';

const short = (sentence: string, name?: string) => pieces(sentence, name).map(({ kind, text }) => (kind === 'text' ? text : `<${kind}>${text}</${kind}>`)).join('');

describe('pieces of a sentence', () => {
  it.each([
    ['s1-1 has not answered', 's1-1', '<name>s1-1</name> has not answered'],
    ['The Tarantool of s1-1 crashed; s1-1 starts again', 's1-1', 'The Tarantool of <name>s1-1</name> crashed; s1-1 starts again'],
    ['s1-2 is lost', 's1', '<name>s1</name> s1-2 is lost'],
    ['It waits for s1.', 's1', 'It waits for <name>s1</name>.'],
    ['a.b.example crashed', 'a.b', '<name>a.b</name> a.b.example crashed'],
    ['Read `coterie instance logs s1` now.', undefined, 'Read <code>coterie instance logs s1</code> now.'],
    ['Read `logs s1` of s1', 's1', 'Read <code>logs s1</code> of <name>s1</name>'],
    ["Read `exec 'a b'` now", undefined, "Read <code>exec 'a b'</code> now"],
    ["recover from `./0.xlog'. Read `logs s1`", undefined, "recover from './0.xlog'. Read <code>logs s1</code>"],
    ['One ` alone', undefined, 'One ` alone'],
    ['', 'x', '<name>x</name> '],
  ])('%s (%s)', (sentence, name, expected) => expect(short(sentence, name)).toBe(expected));
});

describe('lag', () => {
  it('is unknown where Tarantool says a hundred years', () => {
    expect(isLag(3_153_600_000)).toBe(false);
    expect(isLag(null)).toBe(false);
    expect(isLag(0)).toBe(true);
  });
});
