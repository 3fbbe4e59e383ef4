import type { DrainStatus } from '~/contract/shapes/sharding-status.ts';
import type { GroupView, StorageRow } from '~/contract/shapes/sharding-view.ts';
import { count } from '~/core/view/words.ts';

/** A storage of weight 0: what it still waits for, until it may be removed. */

/** What was said longer ago says nothing of now. */
const heardMs = 10_000;

/** What was handed over and deleted leaves a row that says where it went: it keeps nobody from going. */
export const presentIn = (states: StorageRow['states']): number => Object.entries(states).reduce((sum, [state, many]) => (state === 'gone' ? sum : sum + many), 0);

export function drainOf(storage: StorageRow, group: Pick<GroupView, 'group' | 'state' | 'bootstrapped'>): DrainStatus | null {
  const { alias, weight, owned, pinned, arriving, leaving, waits, states, ageMs } = storage;
  if (weight !== 0) return null;
  const told = (left: number, sentence: string): DrainStatus => ({ empty: false, left, sentence });
  if (owned === null || ageMs === null || ageMs > heardMs) return told(0, `Nobody has told lately how many buckets ${alias} still has.`);
  const left = presentIn(states);
  if (owned > pinned) return told(owned, `${count(owned, 'bucket')} still to leave ${alias}. ${whyNot(group, waits.find(({ blocks }) => blocks === 'source' || blocks === 'both')?.sentence)}`.trimEnd());
  if (pinned > 0) return told(owned, `${count(pinned, 'bucket')} of ${alias} ${pinned === 1 ? 'is' : 'are'} pinned, and ${pinned === 1 ? 'stays' : 'stay'} until somebody unpins ${pinned === 1 ? 'it' : 'them'}.`);
  if (arriving + leaving > 0) return told(0, `The last buckets of ${alias} are under way.`);
  if (left > 0) return told(0, `${alias} has handed over every bucket; the rows of ${count(left, 'bucket')} are still being deleted.`);
  return { empty: true, left: 0, sentence: group.bootstrapped === null ? `${alias} has no buckets.` : `${alias} is empty: it may lose role storage, or be deleted.` };
}

function whyNot({ group, state }: Pick<GroupView, 'group' | 'state'>, obstacle: string | undefined): string {
  switch (state) {
    case 'off':
      return `Rebalancing is off: \`coterie sharding configure ${group} --rebalance auto\`.`;
    case 'ready':
      return `They wait to be started: \`coterie sharding start ${group}\`.`;
    case 'paused':
      return `Rebalancing is paused: \`coterie sharding resume ${group}\`.`;
    case 'impossible':
      return 'Every storage of the group has weight 0: give another one a weight.';
    case 'notBootstrapped':
    case 'bootstrapping':
    case 'balanced':
    case 'moving':
    case 'waiting':
      return obstacle ?? '';
  }
}
