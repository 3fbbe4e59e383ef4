import { expect, test } from 'vitest';
import { decoded, encoded } from '~/link/body.ts';

const text = JSON.stringify({ sections: { notes: 'é "quoted"\n\u2028'.repeat(2000) } });
const joined = (input: object) => {
  const { contentType, parts } = encoded(input);
  return { contentType, body: Buffer.concat(parts.map((part) => Buffer.from(part))) };
};

test.each([
  ['small input', { runId: 'r', ttlMs: 5 }],
  ['an empty one', {}],
  ['a big document', { runId: 'r', candidate: { meta: { version: 3, reason: null }, text }, ttlMs: 5 }],
  ['two of them', { a: { text }, b: { meta: 1, text: `${text}!` } }],
  ['a small document', { candidate: { meta: 1, text: '{}' } }],
])('%s is the same on the other side', (_, input) => {
  const { contentType, body } = joined(input);
  expect(decoded(contentType, body)).toEqual(input);
});

test('a big document is not escaped on its way, and its bytes are made once', () => {
  const candidate = { meta: 1, text };
  const [first, second] = [encoded({ runId: 'a', candidate }), encoded({ runId: 'b', candidate })];
  expect(first.parts[1]).toBe(second.parts[1]);
  expect(first.parts[1]!.toString()).toBe(text);
});

test('an undefined field is left out, as in JSON', () => {
  expect(decoded(...Object.values(joined({ a: undefined, candidate: { text } })) as [string, Buffer])).toEqual({ candidate: { text } });
});

test('a body that is not what it says is refused, whatever is wrong with it', () => {
  const { contentType, body } = joined({ candidate: { meta: 1, text } });
  const head = (value: unknown, rest = '') => Buffer.from(`${JSON.stringify(value)}\n${rest}`);
  const wrong: Buffer[] = [
    body.subarray(0, -1),
    Buffer.concat([body, Buffer.from('x')]),
    body.subarray(0, 20),
    Buffer.alloc(0),
    head({ input: {}, texts: [['candidate', 0]] }),
    head({ input: { candidate: 1 }, texts: [['candidate', 0]] }),
    head({ input: { candidate: {} }, texts: [['candidate', -1]] }),
    head({ input: { candidate: {} }, texts: [['candidate', 5]] }, '1234'),
    head({ input: { a: {} }, texts: Array.from({ length: 5 }, () => ['a', 0]) }),
    head([]),
  ];
  for (const bytes of wrong) expect(() => decoded(contentType, bytes), bytes.toString().slice(0, 80)).toThrow();
});
