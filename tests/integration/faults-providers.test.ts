import { selection } from '~/tests/faults/walk/selection.ts';
import { tried } from '../support/tried-faults.ts';

/** What quorum mode, etcd, an arbiter and full disks add. */
tried(selection.quorum);
tried(selection.arbiter);
