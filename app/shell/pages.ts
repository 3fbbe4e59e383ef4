import { refusalFor } from '~/app/lib/rights.ts';
import type { Role } from '~/contract/operation.ts';

/**
 * Pages by address, only those that exist. What tells how the cluster is stands in the header itself, one click away at night;
 * work by day is under two words. `reads` is the operation without which a page has nothing to show.
 */
export type Page = { readonly href: string; readonly label: string; readonly reads?: string; /** Served by the API itself: opened as a document and not as a page of this app. */ readonly document?: boolean };
export type PageGroup = { readonly label: string; readonly pages: readonly Page[] };

const entries: readonly (Page | PageGroup)[] = [
  { href: '/', label: 'Cluster' },
  { href: '/issues', label: 'Issues' },
  { href: '/failover', label: 'Failover' },
  { href: '/sharding', label: 'Sharding' },
  { href: '/gossip', label: 'Gossip' },
  { href: '/events', label: 'Events' },
  {
    label: 'Data',
    pages: [
      { href: '/data', label: 'Data', reads: 'data.spaces' },
      { href: '/console', label: 'Console', reads: 'console.eval' },
      { href: '/schema', label: 'Schema' },
      { href: '/code', label: 'Code' },
    ],
  },
  {
    label: 'Manage',
    pages: [
      { href: '/config', label: 'Configuration' },
      { href: '/alerts', label: 'Alerts' },
      { href: '/users', label: 'Users' },
      { href: '/audit', label: 'Audit', reads: 'audit.list' },
      { href: '/api/docs', label: 'API', document: true },
    ],
  },
];

export const isGroup = (entry: Page | PageGroup): entry is PageGroup => 'pages' in entry;

/** What the header has for somebody; a group without a page for them is not there. */
export const entriesFor = (role: Role): readonly (Page | PageGroup)[] =>
  entries.flatMap((entry): (Page | PageGroup)[] => {
    if (!isGroup(entry)) return readable(entry, role) ? [entry] : [];
    const shown = entry.pages.filter((page) => readable(page, role));
    return shown.length > 0 ? [{ ...entry, pages: shown }] : [];
  });

const readable = ({ reads }: Page, role: Role): boolean => reads === undefined || refusalFor(reads, role) === null;
const flat = (some: readonly (Page | PageGroup)[]): Page[] => some.flatMap((entry) => (isGroup(entry) ? entry.pages : [entry])).filter(({ document }) => !document);

export const pages: readonly Page[] = flat(entries);
export const pagesFor = (role: Role): readonly Page[] => flat(entriesFor(role));

/** A page is the current one at its own address and at those below it. */
export const isCurrent = ({ href }: Page, path: string): boolean => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`));
