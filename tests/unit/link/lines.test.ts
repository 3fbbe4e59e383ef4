import { expect, test } from 'vitest';
import { Lines } from '~/link/lines.ts';

const text = '{"a":1}\n\n{"b":"ü€𝄞"}\nrest';
const bytes = Buffer.from(text);
const wanted = ['{"a":1}', '', '{"b":"ü€𝄞"}'];

test('lines come whole, whatever they are cut into', () => {
  for (let first = 0; first <= bytes.length; first += 1) {
    for (let second = first; second <= bytes.length; second += 1) {
      const lines = new Lines(100);
      const got = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)].flatMap((part) => [...lines.push(part)]);
      expect(got).toEqual(wanted);
    }
  }
});

test('one that does not end is given up at the limit', () => {
  const lines = new Lines(10);
  expect([...lines.push(Buffer.from('123456789\n12345'))]).toEqual(['123456789']);
  expect([...lines.push(Buffer.from('6789'))]).toEqual([]);
  expect(() => [...lines.push(Buffer.from('ab'))]).toThrow('a line of more than 10 bytes');
});
