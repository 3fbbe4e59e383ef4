/** Pages by address, in the order of the header; only those that exist. */
export type Page = { readonly href: string; readonly label: string };

export const pages: readonly Page[] = [{ href: '/', label: 'Cluster' }];

/** Served by the API itself, so it is opened as a document and not as a page of this app. */
export const documents: readonly Page[] = [{ href: '/api/docs', label: 'API' }];

/** A page is the current one at its own address and at those below it. */
export const isCurrent = ({ href }: Page, path: string): boolean => (href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`));
