import { refusalFor } from '~/app/lib/rights.ts';
import type { Role } from '~/contract/operation.ts';

/** Pages by address, in the order of the header; only those that exist. `reads` is the operation without which a page has nothing to show. */
export type Page = { readonly href: string; readonly label: string; readonly reads?: string };

export const pages: readonly Page[] = [
  { href: '/', label: 'Cluster' },
  { href: '/issues', label: 'Issues' },
  { href: '/failover', label: 'Failover' },
  { href: '/sharding', label: 'Sharding' },
  { href: '/data', label: 'Data', reads: 'data.spaces' },
  { href: '/console', label: 'Console', reads: 'console.eval' },
  { href: '/events', label: 'Events' },
  { href: '/code', label: 'Code' },
  { href: '/schema', label: 'Schema' },
  { href: '/config', label: 'Configuration' },
  { href: '/gossip', label: 'Gossip' },
  { href: '/users', label: 'Users' },
  { href: '/audit', label: 'Audit', reads: 'audit.list' },
  { href: '/alerts', label: 'Alerts' },
];

export const pagesFor = (role: Role): readonly Page[] => pages.filter(({ reads }) => reads === undefined || refusalFor(reads, role) === null);

/** Served by the API itself, so it is opened as a document and not as a page of this app. */
export const documents: readonly Page[] = [{ href: '/api/docs', label: 'API' }];

/** A page is the current one at its own address and at those below it. */
export const isCurrent = ({ href }: Page, path: string): boolean => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`));
