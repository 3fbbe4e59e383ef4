import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { issuesPage } from '~/scripts/issues-page.ts';

it('docs/issues.md is what the catalogue says: run `npx tsx scripts/issues-page.ts`', () => {
  expect(readFileSync(new URL('../../../docs/issues.md', import.meta.url), 'utf8')).toBe(issuesPage());
});
