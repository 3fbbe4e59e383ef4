import type { Issue, Suggestion } from '~/contract/shapes/view.ts';
import { groupBy } from '~/core/view/group.ts';
import { count, list } from '~/core/view/words.ts';

/** Issues that the same operation mends, gathered so that one click or one command mends them all. */

const titles: Readonly<Record<string, (inputs: number) => string>> = {
  'config.restore': () => 'Apply the configuration again',
  'instance.disable': (inputs) => `Disable ${count(inputs, 'instance')} that cannot serve`,
  'instance.edit': (inputs) => `Take over ${count(inputs, 'new address').replace('addresss', 'addresses')}`,
  'instance.rebuild': (inputs) => `Rebuild ${count(inputs, 'instance')}`,
  'instance.restart': (inputs) => `Restart ${count(inputs, 'instance')}`,
  'instance.start': (inputs) => `Start ${count(inputs, 'stopped instance')}`,
  'instance.stop': (inputs) => `Stop ${count(inputs, 'second master')}`,
  'instance.eval': (inputs) => `Take members off the list in ${count(inputs, 'replicaset')}`,
  'topology.apply': (inputs) => `Put ${count(inputs, 'new agent')} in the place of lost ones`,
  'migration.run': (inputs) => `Run migrations on ${count(inputs, 'replicaset')}`,
  'failover.acknowledge': (inputs) => `Let ${count(inputs, 'replicaset')} fail over again`,
  'failover.resume': () => 'Resume failover',
  'gossip.giveKeys': (inputs) => `Give the gossip keys to ${count(inputs, 'instance')}`,
  'replicaset.restartReplication': (inputs) => `Restart replication in ${count(inputs, 'replicaset')}`,
};

export function suggest(issues: readonly Issue[]): Suggestion[] {
  const repairable = issues.flatMap((issue) => (issue.repair ? [{ issue, repair: issue.repair }] : []));
  return [...groupBy(repairable, ({ repair }) => repair.operation)].map(([operation, group]) => {
    const inputs = [...new Map(group.map(({ repair }) => [JSON.stringify(repair.input), repair.input])).values()];
    const names = [...new Set(group.map(({ issue }) => issue.object.name))];
    return {
      id: operation,
      title: titles[operation]?.(inputs.length) ?? `${operation} (${inputs.length})`,
      sentence: `Mends ${count(group.length, 'issue')} of ${list(names)}.`,
      issues: group.map(({ issue }) => issue.id),
      operation,
      inputs,
    };
  });
}
