import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { places, type Place } from '~/app/lib/places.ts';
import { contract, entriesOf, pathOf, type Entry } from '~/contract/index.ts';

/** Every operation has its place in the dashboard, and is there: the file that names it is a part of that page. */

const root = join(import.meta.dirname, '../..');
const named: Readonly<Record<string, Place>> = places;

const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

/** As text in quotes, as a call of the tRPC client, or as the path of a stream. */
function isNamedIn(file: string, entry: Entry): boolean {
  const text = textOf(file);
  const verb = pathOf(entry).split('/').at(-1)!;
  return text.includes(`'${entry.name}'`) || text.includes(`.${entry.noun}.${entry.verb}.`) || (entry.operation.kind === 'stream' && new RegExp(`/api/v1/${entry.noun}/.*${verb}`).test(text));
}

function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(/(?:from|import\()\s*'([^']+)'/g)].flatMap(([, target = '']) => {
    const path = target.startsWith('~/') ? target.slice(2) : target.startsWith('.') ? normalize(join(dirname(file), target)) : '';
    return path.startsWith('app/') && /\.tsx?$/.test(path) ? [path] : [];
  });
}

function partsOf(entrance: string): Set<string> {
  const parts = new Set([entrance]);
  for (const file of parts) for (const next of importsOf(file)) parts.add(next);
  return parts;
}

const layout = partsOf('app/(main)/layout.tsx');
const entranceOf = (page: string) => [`app/(main)${page === '/' ? '' : page}/page.tsx`, `app${page}/page.tsx`].find((file) => existsSync(join(root, file)));
function partsOfPage(page: string): Set<string> {
  const entrance = page === 'every page' ? undefined : entranceOf(page);
  return entrance === undefined ? layout : new Set([...layout, ...partsOf(entrance)]);
}

const entrances = readdirSync(join(root, 'app'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('page.tsx')).map((file) => `app/${file}`);
const uiFiles = [...new Set(['app/(main)/layout.tsx', ...entrances].flatMap((file) => [...partsOf(file)]))].filter((file) => !/app\/lib\/(places|wording)\.ts|forms\/index\.ts/.test(file));

describe.each(entriesOf(contract).map((entry) => [entry.name, entry] as const))('%s in the dashboard', (name, entry) => {
  it('has a place, and is there', () => {
    const place = named[name];
    if (place === undefined) {
      const found = uiFiles.filter((file) => isNamedIn(file, entry));
      const advice = `${name} has no place in the dashboard. Put it on a page, then say where in app/lib/places.ts:\n  '${name}': { page: '/...', where: 'which button or part', from: '${found[0] ?? 'app/... (the file that calls or opens it)'}' },\nor, where another operation's answer on the page holds all of it: within: 'noun.verb' in place of from.`;
      throw new Error(advice);
    }
    expect(place.page === 'every page' || entranceOf(place.page) !== undefined, `${name}: there is no page ${place.page}`).toBe(true);
    if ('within' in place) {
      const holder = named[place.within];
      expect(holder && 'from' in holder, `${name} is within ${place.within}, which must have a place of its own with \`from\``).toBe(true);
      return;
    }
    expect(existsSync(join(root, place.from)), `${name}: there is no file ${place.from}`).toBe(true);
    expect(isNamedIn(place.from, entry), `${place.from} does not name ${name}: correct its \`from\` in app/lib/places.ts`).toBe(true);
    expect(partsOfPage(place.page).has(place.from), `${place.from}, where ${name} is, is no part of the page ${place.page}: correct app/lib/places.ts`).toBe(true);
  });
});
