import type { Plan } from '~/contract/shapes/plan.ts';
import type { ObjectRef } from '~/contract/shapes/view.ts';
import type { EventDraft } from '~/core/events/draft.ts';
import { quoted } from '~/core/view/words.ts';
import type { Call } from './execute.ts';

/**
 * What somebody did, for the timeline: beside what happened then. A change of the configuration tells itself by its
 * version, a mark on an issue by itself; what is run in the console is for the audit log alone.
 */
const told: ReadonlySet<string> = new Set([
  'instance.restart', 'instance.stop', 'instance.start', 'instance.rebuild', 'replicaset.restartReplication', 'gossip.installKey', 'gossip.giveKeys', 'gossip.useKey', 'gossip.removeKey', 'rule.add', 'rule.edit', 'rule.remove', 'retention.edit',
  'sharding.start', 'sharding.abort', 'sharding.move', 'sharding.pin', 'sharding.unpin', 'sharding.repair',
  'failover.switch', 'failover.promote', 'failover.pause', 'failover.resume', 'failover.acknowledge', 'failover.evacuate', 'failover.steal',
]);

export function actionEvents({ entry, context, rawInput }: Call, plan: Plan): EventDraft[] {
  if (!told.has(entry.name)) return [];
  const { services, actor, surface } = context;
  const { reason } = rawInput as { reason?: unknown };
  const by = actor?.user ?? 'nobody';
  const words = plan.summary.replace(/\.$/, '');
  return [
    {
      kind: 'action', severity: 'info', at: services.now(), actor: by, object: objectOf(context, rawInput as Record<string, unknown>),
      sentence: `${by} (${surface}): ${words}${typeof reason === 'string' ? `: ${quoted(reason, '')}` : ''}.`,
      data: { operation: entry.name },
    },
  ];
}

function objectOf({ services: { runtime } }: Call['context'], input: Record<string, unknown>): ObjectRef {
  const { instances, replicasets } = runtime.state.overview;
  const of = (kind: 'instance' | 'replicaset', list: readonly { uuid: string; alias: string }[]): ObjectRef[] =>
    list.flatMap(({ uuid, alias }) => (input[kind] === uuid || input[kind] === alias ? [{ kind, id: uuid, name: alias }] : []));
  return [...of('instance', instances), ...of('replicaset', replicasets)][0] ?? { kind: 'cluster', id: runtime.name, name: runtime.name };
}
