import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { catalogue } from '~/core/issues/catalogue.ts';
import { issuesPage } from '~/scripts/issues-page.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

it('docs/issues.md is what the catalogue says: run `npx tsx scripts/issues-page.ts`', () => {
  expect(read('docs/issues.md')).toBe(issuesPage());
});

it('docs/testing.md names for each issue the test in which the real thing raises it', () => {
  const rows = [...read('docs/testing.md').matchAll(/^\| `((?:integration|browser)\/[\w-]+\.test\.ts)` \| (.+) \|$/gm)].map(([, file, codes]) => ({ file: file!, codes: codes!.split(', ') }));
  expect(rows.flatMap(({ codes }) => codes).toSorted()).toEqual(catalogue.map(({ code }) => code).toSorted());
  for (const { file, codes } of rows) for (const code of codes) expect(read(`tests/${file}`), `${code} in ${file}`).toContain(code);
});
