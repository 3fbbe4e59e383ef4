import { expect, test } from 'vitest';
import { contract, entriesOf, methodOf, pathOf } from '~/contract/index.ts';
import { query } from '~/contract/operation.ts';
import { fromText } from '~/server/surfaces/coerce.ts';
import { routeOf } from '~/server/surfaces/routes.ts';
import * as z from 'zod';

const operation = query({
  summary: 's',
  role: 'viewer',
  input: z.object({ n: z.number().optional(), c: z.coerce.number().default(1), b: z.boolean().optional(), either: z.stringbool().or(z.boolean()).optional(), list: z.array(z.string()).optional(), numbers: z.array(z.number()).optional(), text: z.string().optional(), pick: z.enum(['1', 'a']).optional() }),
  output: z.null(),
});
const read = (text: string) => fromText(operation, new URLSearchParams(text));

test('text becomes what the schema says', () => {
  expect(read('n=5&c=6&b=true&either=false&list=1&numbers=1&numbers=2&text=7&pick=1')).toEqual({ n: 5, c: 6, b: true, either: false, list: ['1'], numbers: [1, 2], text: '7', pick: '1' });
});

test('what does not fit stays text, so that the schema can name the field', () => {
  expect(read('n=five&b=yes&text=a&text=b&unknown=1')).toEqual({ n: 'five', b: 'yes', text: ['a', 'b'], unknown: '1' });
  expect(operation.input.safeParse(read('n=five')).success).toBe(false);
});

test('every operation is found at its own path, whatever its subject is called', () => {
  for (const entry of entriesOf(contract)) {
    for (const value of ['s1', 'list', 'watch', 'a b/c?', '127.0.0.1:7301']) {
      const path = pathOf(entry).replace(/\{\w+\}/g, encodeURIComponent(value));
      const found = routeOf(methodOf(entry), path);
      expect(found.kind === 'match' && found.match.entry.name, path).toBe(entry.name);
      const subject = found.kind === 'match' ? Object.values(found.match.subject) : [];
      expect(subject).toEqual((entry.operation.subject ?? []).map(() => value));
    }
  }
});

test('a wrong method is told apart from a wrong path', () => {
  expect(routeOf('PUT', '/instance')).toEqual({ kind: 'method', allowed: ['GET'] });
  expect(routeOf('GET', '/nothing')).toEqual({ kind: 'none' });
});
