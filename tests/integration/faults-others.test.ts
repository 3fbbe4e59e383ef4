import { bySeparateLinks, selection } from '~/tests/faults/walk/selection.ts';
import { tried } from '../support/tried-faults.ts';

/** What meets all three copies, or one that does not lead, with a stateboard; and the links that need no network namespaces. */
tried(selection.others);
tried(bySeparateLinks, 'proxies');
