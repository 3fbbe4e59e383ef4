import type { AgentStatus, LifeCycle } from '~/contract/shapes/status.ts';
import type { InstanceView } from '~/contract/shapes/view.ts';
import { quoted } from '~/core/view/words.ts';
import type { Sketch } from './between.ts';

/** The life of one instance: each change of its reported state is an event, with the reason that it gave. */

/** Unplanned exits of each instance's Tarantool, as its agent counts them. */
export type Exits = ReadonlyMap<string, Pick<AgentStatus['restarts'], 'count' | 'lastExit'>>;

const sentences: Record<LifeCycle, (alias: string) => string> = {
  unconfigured: (alias) => `${alias} is unconfigured.`,
  bootstrapping: (alias) => `${alias} bootstraps its database.`,
  connecting: (alias) => `${alias} starts and connects to its peers.`,
  configuring: (alias) => `${alias} applies its configuration.`,
  ready: (alias) => `${alias} is ready.`,
  stopped: (alias) => `The Tarantool of ${alias} was stopped.`,
  crashed: (alias) => `The Tarantool of ${alias} crashed.`,
  failed: (alias) => `${alias} failed.`,
  disabled: (alias) => `${alias} is disabled.`,
  expelled: (alias) => `${alias} is expelled and fenced.`,
};

const bad = new Set<LifeCycle>(['crashed', 'failed']);

export function processEvents(old: InstanceView, { uuid, alias, state, reason }: InstanceView): Sketch[] {
  // The first word of an instance tells what it is, not what has happened.
  if (state === null || old.state === null || state === old.state) return [];
  return [
    {
      kind: 'process',
      severity: bad.has(state) ? 'critical' : 'info',
      object: { kind: 'instance', id: uuid, name: alias },
      sentence: withReason(sentences[state](alias), state === 'ready' ? null : reason),
      data: { before: old.state, after: state, reason },
    },
  ];
}

/** A reason is a sentence of its own, or the rest of this one. */
function withReason(sentence: string, reason: string | null): string {
  const why = quoted(reason, '');
  if (why === '') return sentence;
  return /^\p{Lu}/u.test(why) ? `${sentence} ${why}.` : `${sentence.slice(0, -1)}: ${why}.`;
}

/** A crash that was over before anybody looked shows only in the count. An agent that was restarted counts from zero again. */
export function exitEvents({ uuid, alias, state }: InstanceView, before: Exits, after: Exits): Sketch[] {
  const [old, exits] = [before.get(uuid), after.get(uuid)];
  if (!old || !exits || exits.count <= old.count || state === 'crashed' || state === 'failed') return [];
  return [
    {
      kind: 'process',
      severity: 'warning',
      object: { kind: 'instance', id: uuid, name: alias },
      sentence: `The Tarantool of ${alias} ended unasked (${exits.lastExit ?? 'no reason known'}) and was started again.`,
      data: { exits: exits.count, lastExit: exits.lastExit },
    },
  ];
}
