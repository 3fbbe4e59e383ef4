import { sharded } from '~/tests/faults/walk/selection.ts';
import { tried } from '../support/tried-faults.ts';

/**
 * A bank and a set through two routers while buckets move, masters change, hosts are lost and links are cut: nothing is
 * lost, nothing is doubled, each bucket has one owner in the end, and clients are told what docs/router.md says.
 */
tried(sharded);
