import type { AgentStatus } from '~/contract/shapes/status.ts';
import type { InstanceView } from '~/contract/shapes/view.ts';
import type { Sketch } from './between.ts';

/** The life of the router of an instance, between two reports of its agent. */
export type Routers = ReadonlyMap<string, NonNullable<AgentStatus['router']>>;

/** `heard`: its agent had told before. */
export function routerEvents({ uuid, alias }: Pick<InstanceView, 'uuid' | 'alias'>, { before, after, heard }: { readonly before: Routers; readonly after: Routers; readonly heard: boolean }): Sketch[] {
  const [old, now] = [before.get(uuid) ?? null, after.get(uuid) ?? null];
  // The first word of an agent tells how it is, not what has happened.
  if (!heard || (old === null && now === null)) return [];
  const sketch = (severity: Sketch['severity'], sentence: string): Sketch => ({ kind: 'process', severity, object: { kind: 'instance', id: uuid, name: alias }, sentence, data: { router: now?.state ?? 'off', routerExits: (now ?? old)?.restarts.count ?? 0 } });
  if (now === null) return [sketch('info', `The router of ${alias} has ended: it is not wanted any more.`)];
  const events: Sketch[] = [];
  const died = old !== null && now.restarts.count > old.restarts.count;
  if (died) events.push(sketch(now.restarts.crashLoop ? 'critical' : 'warning', `The router of ${alias} ended unasked (${now.restarts.lastExit ?? 'no reason known'}) and ${now.restarts.crashLoop ? 'is started again and again' : 'was started again'}.`));
  if (old?.state !== 'draining' && now.state === 'draining') events.push(sketch('info', `The router of ${alias} is drained.`));
  if (old !== null && now.replaced > old.replaced) events.push(sketch('info', `The router of ${alias} was replaced.`));
  if (now.state === 'ready' && old?.state !== 'ready') events.push(sketch('info', `The router of ${alias} takes clients at ${now.address}.`));
  return events;
}
