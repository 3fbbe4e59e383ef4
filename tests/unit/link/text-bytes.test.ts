import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashOf } from '~/link/hash.ts';
import { bytesOf, textOf } from '~/link/text-bytes.ts';

const ascii = 'a line\n'.repeat(2000);
const beyond = 'é \u2028 🙂\n'.repeat(2000);

test.each([
  ['ASCII', ascii],
  ['text beyond it', beyond],
  ['a little', 'é'],
  ['nothing', ''],
])('%s is the same there and back', (_, text) => {
  const bytes = Buffer.from(text);
  expect(textOf(bytes)).toBe(text);
  expect(bytesOf(text)).toEqual(bytes);
  expect(hashOf(text)).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test.each([['ASCII', ascii], ['text beyond it', beyond]])('a big document that came as bytes (%s) stays these bytes', (_, text) => {
  const bytes = Buffer.from(text);
  const came = textOf(bytes);
  expect(bytesOf(came)).toBe(bytes);
  expect(bytesOf(`${came}!`)).toEqual(Buffer.from(`${text}!`));
  expect(bytesOf(came)).toEqual(bytes);
});

test('bytes that are no UTF-8 are not taken for what their text says', () => {
  const bytes = Buffer.concat([Buffer.from(ascii), Buffer.from([0xff, 0xc3])]);
  const text = textOf(bytes);
  expect(text.endsWith('\ufffd\ufffd')).toBe(true);
  expect(bytesOf(text)).toEqual(Buffer.from(text));
  expect(hashOf(text)).not.toBe(createHash('sha256').update(bytes).digest('hex'));
});
