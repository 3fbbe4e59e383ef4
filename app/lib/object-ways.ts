import type { ObjectRef } from '~/contract/shapes/view.ts';

/** Where a page leads from an object that it names. */

export const eventsOf = (object: string): string => `/events?${new URLSearchParams({ object }).toString()}`;

/** The address of a replicaset on the Cluster page; null for what has no place there. An instance opens where one is. */
export function placeOf({ kind, name }: ObjectRef): string | null {
  switch (kind) {
    case 'replicaset':
      return `/?${new URLSearchParams({ q: name }).toString()}`;
    case 'instance':
    case 'cluster':
    case 'server':
    case 'user':
      return null;
  }
}
