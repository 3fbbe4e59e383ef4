import { bySeparateLinks, selection } from '~/tests/faults/walk/selection.ts';
import { tried } from '../support/tried-faults.ts';

/** What quorum mode, etcd, an arbiter and full disks add, and the links that need no network namespaces. */
const [, ...others] = selection;
for (const selected of others) tried(selected);
tried(bySeparateLinks, 'proxies');
