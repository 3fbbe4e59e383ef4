import type { GroupView } from '~/contract/shapes/sharding-view.ts';
import { groupSettings } from '~/core/topology/sharding-settings.ts';
import { count } from '~/core/view/words.ts';
import type { ClusterRow, Context, ReplicasetRow } from './row.ts';

/** What keeps data from being where it should be, by the word of the active coordinator. Without one failover has an issue already. */

const ofCluster: readonly ClusterRow[] = [
  {
    code: 'sharding-not-bootstrapped', about: 'cluster', severity: 'info', badge: 'no buckets', graceMs: 10_000,
    means: 'Replicasets have role storage, and their group has no buckets: no router can send a request there.',
    todo: 'Bootstrap the group; where nothing is to be sharded, mute this.',
    find: ({ sharding }) => {
      const [group] = sharding.filter(({ state }) => state === 'notBootstrapped');
      if (!group) return null;
      const { group: name, storages } = group;
      return { sentence: `Group ${name} was never bootstrapped: ${count(storages.length, 'storage')} ${storages.length === 1 ? 'waits' : 'wait'} for buckets.`, wayOut: `Make them: \`coterie sharding bootstrap ${name}\`. Where nothing is to be sharded, mute this.` };
    },
  },
  {
    code: 'sharding-blocked', about: 'cluster', severity: 'warning', badge: 'buckets stuck', graceMs: 10_000,
    means: 'Buckets are to move and have not for ten seconds.',
    todo: 'Each storage says what is in its way.',
    find: ({ sharding }) => {
      const stuck = sharding.filter((group) => group.bootstrapped !== null && (group.state === 'waiting' || group.state === 'bootstrapping' || group.state === 'impossible'));
      if (stuck.length === 0) return null;
      return { sentence: stuck.map(({ group, sentence }) => `Group ${group}: ${steady(sentence)}`).join(' '), wayOut: 'Mend what the storages name; `coterie sharding status` shows it.' };
    },
  },
  {
    code: 'sharding-buckets-wrong', about: 'cluster', severity: 'critical', badge: 'buckets lost', graceMs: 10_000,
    means: 'Nothing moves, and the storages own fewer buckets than there are, or more: some have no owner, or two.',
    todo: 'The doctor names them, and what mends them.',
    find: ({ sharding }) => {
      const wrong = sharding.flatMap((group) => {
        const off = amiss(group);
        return off === 0 ? [] : [{ name: group.group, off }];
      });
      const [first] = wrong;
      if (!first) return null;
      return { sentence: wrong.map(({ name, off }) => (off < 0 ? `In group ${name} ${count(-off, 'bucket')} ${off === -1 ? 'has' : 'have'} no owner: requests for ${off === -1 ? 'it' : 'them'} fail.` : `The storages of group ${name} own ${count(off, 'bucket')} more than there are: some have two owners.`)).join(' '), wayOut: `See which, and what mends them: \`coterie sharding doctor ${first.name}\`.` };
    },
  },
];

/** It is the same issue a second later. */
const steady = (sentence: string): string => sentence.replaceAll(/ for \d+ s\./g, ' for a while.');

const still = new Set<GroupView['state']>(['balanced', 'off', 'paused', 'ready']);

/** How many owners there are too many. Only what all masters said, while nothing is under way, says anything. */
function amiss({ bootstrapped, state, inFlight, storages }: GroupView): number {
  if (bootstrapped === null || inFlight > 0 || !still.has(state) || storages.some(({ owned, ageMs }) => owned === null || ageMs === null || ageMs > heardMs)) return 0;
  return storages.reduce((sum, { owned }) => sum + (owned ?? 0), 0) - bootstrapped.buckets;
}
const heardMs = 6000;

const ofReplicasets: readonly ReplicasetRow[] = [
  {
    code: 'sharding-not-drained', about: 'replicaset', severity: 'warning', badge: 'not drained', graceMs: 10_000,
    means: 'A replicaset of weight 0 still has buckets, and none of them moves.',
    todo: 'Start or resume rebalancing, unpin what is pinned, or mend what is in the way.',
    find: ({ uuid, config }, { sharding, facts }: Context) => {
      const group = sharding.find(({ storages }) => storages.some((storage) => storage.uuid === uuid));
      const storage = group?.storages.find((one) => one.uuid === uuid);
      if (!group || !storage || config.weight !== 0 || (storage.owned ?? 0) === 0 || group.state === 'moving') return null;
      const { rebalance } = groupSettings(facts.config!.config, group.group);
      const why = storage.pinned > 0 ? `${count(storage.pinned, 'bucket')} of them ${storage.pinned === 1 ? 'is' : 'are'} pinned.` : group.sentence;
      const wayOut = storage.pinned > 0 ? `Unpin them: \`coterie sharding unpin ${group.group}\`.` : rebalance === 'manual' ? `Start it: \`coterie sharding start ${group.group}\`.` : rebalance === 'off' ? `Turn it on: \`coterie sharding configure ${group.group} --rebalance auto\`.` : 'See `coterie sharding status`.';
      return { sentence: `${config.alias} is to be drained and still has ${count(storage.owned ?? 0, 'bucket')}. ${why}`, wayOut };
    },
  },
];

export const shardingRows = [...ofReplicasets, ...ofCluster];
