import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Who may import whom. A folder absent from a list is forbidden; every folder may import itself. */
const mayImport: Record<string, readonly string[]> = {
  contract: [],
  core: ['contract'],
  swim: [],
  iproto: [],
  link: ['contract', 'core'],
  state: ['contract', 'core', 'link', 'iproto'],
  agent: ['contract', 'core', 'link', 'state', 'swim', 'iproto'],
  router: ['contract', 'core', 'link', 'state', 'swim', 'iproto'],
  server: ['contract', 'core', 'link', 'state', 'swim', 'iproto'],
  cli: ['contract'],
  app: ['contract', 'core', 'server'],
};

/** Names that make a decision depend on something other than its arguments. */
const impure = /\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|setImmediate|process\.(?!off|on\b)|performance\.now)\b|from 'node:/;
const pure = ['contract', 'core', 'swim/protocol', 'state/client', 'state/memory'];
const linesMax = 400;

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (path === 'server/generated' || name === 'node_modules') return [];
    return statSync(path).isDirectory() ? filesIn(path) : /\.(tsx?|lua)$/.test(name) ? [path] : [];
  });
}

const present = Object.keys(mayImport).filter((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory());
const files = present.flatMap((folder) => filesIn(folder).map((path) => ({ folder, path, text: readFileSync(path, 'utf8') })));
const lengths = files.map(({ text }) => text.split('\n').length).toSorted((a, b) => a - b);
const importsOf = (text: string) => [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target]) => target!);

describe('architecture', () => {
  it('finds the code', () => expect(files.length).toBeGreaterThan(50));

  it.each(present)('%s imports only what it may', (folder) => {
    const wrong = files
      .filter((file) => file.folder === folder)
      .flatMap(({ path, text }) =>
        importsOf(text).flatMap((target) => {
          const other = /^~\/(\w+)\//.exec(target)?.[1];
          return other !== undefined && other !== folder && !mayImport[folder]!.includes(other) ? [`${path} imports ${target}`] : [];
        }),
      );
    expect(wrong).toEqual([]);
  });

  it('decisions take time and chance as arguments', () => {
    const wrong = files.filter(({ path, text }) => pure.some((folder) => path.startsWith(`${folder}/`)) && impure.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('zod comes by the names that are used: as one object it brings its messages in every language into each program', () => {
    const wrong = files.filter(({ text }) => /import \{[^}]*\} from 'zod'|instanceof z\.core\b/.test(text));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('only server/store imports Prisma', () => {
    const wrong = files.filter(({ path, text }) => !path.startsWith('server/store/') && importsOf(text).some((target) => /prisma|server\/generated/.test(target)));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('the dashboard takes types of the server only, but for app/api', () => {
    const wrong = files.filter(({ folder, path, text }) => folder === 'app' && !path.startsWith('app/api/') && /^import (?!type\b).*from '~\/server\//m.test(text));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('the dashboard takes the words of the issues from core, on the server side, and nothing else', () => {
    const users = files.filter(({ folder, text }) => folder === 'app' && importsOf(text).some((target) => target.startsWith('~/core/')));
    expect(users.map(({ path, text }) => [path, importsOf(text).filter((target) => target.startsWith('~/core/'))])).toEqual(['issues/page', 'layout'].map((file) => [`app/(main)/${file}.tsx`, ['~/core/issues/catalogue.ts']]));
    expect(users.every(({ text }) => !text.startsWith("'use client'"))).toBe(true);
  });

  it('nothing reaches across folders with ../../', () => {
    expect(files.filter(({ text }) => importsOf(text).some((target) => target.startsWith('../../'))).map(({ path }) => path)).toEqual([]);
  });

  it('imports have no cycles between files', () => {
    const graph = new Map(files.map(({ path, text }) => [path, localImports(path, text)]));
    expect(cycleIn(graph)).toBeNull();
  });

  it(`files are short: median under 80 lines, p90 under 250, none over ${linesMax}`, () => {
    expect(files.filter(({ text }) => text.split('\n').length > linesMax).map(({ path }) => path)).toEqual([]);
    expect(lengths[Math.floor(lengths.length * 0.5)]).toBeLessThan(80 + 1);
    expect(lengths[Math.floor(lengths.length * 0.9)]).toBeLessThan(250 + 1);
  });
});

/** Files of ours that a file imports for more than types. */
function localImports(path: string, text: string): string[] {
  const values = text.replace(/^import type [\s\S]*?;$/gm, '');
  return importsOf(values).flatMap((target) => {
    if (target.startsWith('~/')) return [target.slice(2)];
    return target.startsWith('.') ? [join(path, '..', target)] : [];
  });
}

function cycleIn(graph: ReadonlyMap<string, readonly string[]>): string | null {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(' -> ');
    if (done.has(path)) return null;
    for (const next of graph.get(path) ?? []) {
      const found = visit(next, [...trail, path]);
      if (found) return found;
    }
    done.add(path);
    return null;
  };
  for (const path of graph.keys()) {
    const found = visit(path, []);
    if (found) return found;
  }
  return null;
}
