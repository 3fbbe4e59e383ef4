import type { Health, InstanceHealth, Issue } from '~/contract/shapes/view.ts';
import type { InstanceFacts, ReplicasetFacts } from './facts.ts';
import { counts } from '~/core/issues/marks.ts';
import { duration, list, quoted } from './words.ts';

/** One judgement and one short sentence for each badge. */

export type Judgement<H extends InstanceHealth = Health> = { readonly health: H; readonly healthSentence: string };

const rank: Record<InstanceHealth, number> = { ok: 0, disabled: 0, unknown: 1, warning: 2, critical: 3 };
export const worse = <H extends InstanceHealth>(a: H, b: H): H => (rank[a] >= rank[b] ? a : b);

/** What the state alone says; open issues may make it worse. */
export function judgeInstance(instance: InstanceFacts, all: readonly Issue[], { now, badges }: { now: number; badges: ReadonlyMap<string, string> }): Judgement<InstanceHealth> {
  const issues = all.filter(counts);
  const own = all.some(({ code, muted }) => muted !== undefined && toldByState.has(code)) ? quiet(stateOf(instance, now)) : stateOf(instance, now);
  const worst = issues.find(({ severity }) => severity === 'critical') ?? issues.find(({ severity }) => severity === 'warning');
  if (worst === undefined || worst.severity === 'info') return own;
  const health = worse<InstanceHealth>(own.health, worst.severity);
  return { health, healthSentence: rank[own.health] === 0 ? (badges.get(worst.code) ?? worst.code) : own.healthSentence };
}

/** Issues that the state alone shows too: where one of them is muted, the state counts as well. */
const toldByState = new Set(['unreachable', 'unheard', 'silent', 'crashed', 'crash-loop', 'failed', 'stopped', 'waiting']);

const quiet = ({ healthSentence }: Judgement<InstanceHealth>): Judgement => ({ health: 'ok', healthSentence: `${healthSentence} (muted)` });

function stateOf(instance: InstanceFacts, now: number): Judgement<InstanceHealth> {
  const { contact, heardAt, status, state } = instance;
  if (instance.expelled) return { health: 'unknown', healthSentence: 'expelled' };
  if (instance.config?.disabled) return { health: 'disabled', healthSentence: contact === 'lost' ? 'disabled, no answer' : 'disabled' };
  if (contact === 'lost') {
    const healthSentence = heardAt === null ? 'never heard of' : `no answer for ${duration(now - heardAt)}`;
    return { health: instance.config === null ? 'unknown' : 'critical', healthSentence };
  }
  if (contact === 'unknown') return { health: 'unknown', healthSentence: 'no report yet' };
  if (contact === 'stale') return { health: 'warning', healthSentence: `silent for ${duration(now - heardAt!)}` };
  switch (state) {
    case null:
      return { health: 'unknown', healthSentence: 'no report yet' };
    case 'unconfigured':
      return { health: instance.config === null ? 'ok' : 'warning', healthSentence: instance.config === null ? 'ready to join' : 'waits for its configuration' };
    case 'bootstrapping':
    case 'connecting':
    case 'configuring':
      return { health: 'warning', healthSentence: state };
    case 'ready':
      return { health: 'ok', healthSentence: 'ready' };
    case 'stopped':
      return { health: 'warning', healthSentence: 'stopped' };
    case 'crashed': {
      const restarts = status?.restarts;
      if (restarts?.crashLoop) return { health: 'critical', healthSentence: 'crash loop' };
      const at = restarts?.lastExitAt ?? null;
      return { health: 'critical', healthSentence: at === null ? 'crashed' : `crashed ${duration(now - (at - (instance.report?.clockOffsetMs ?? 0)))} ago` };
    }
    case 'failed':
      return { health: 'critical', healthSentence: `failed: ${quoted(status?.reason ?? null, 'no reason given').slice(0, 80)}` };
    case 'disabled':
    case 'expelled':
      return { health: 'warning', healthSentence: `still ${state}` };
  }
}

export function judgeReplicaset(replicaset: ReplicasetFacts, all: readonly Issue[], memberHealth: (uuid: string) => InstanceHealth): Judgement {
  const issues = all.filter(counts);
  const members = replicaset.members.filter((member) => !member.config?.disabled);
  const well = members.filter((member) => memberHealth(member.uuid) === 'ok').length;
  // A switchover holds the writes for some milliseconds: that is no trouble.
  const switching = replicaset.record?.phase === 'switching';
  const masterMissing = replicaset.data && replicaset.masters.length === 0 && !switching && !all.some(({ code, muted }) => code === 'no-master' && muted !== undefined);
  const dead = members.length > 0 && members.every((member) => memberHealth(member.uuid) === 'critical');
  let health: Health = members.length === 0 || well < members.length || masterMissing ? 'warning' : 'ok';
  if (dead) health = 'critical';
  if (members.length > 0 && members.every((member) => memberHealth(member.uuid) === 'unknown')) health = 'unknown';
  for (const { severity } of issues) if (severity !== 'info') health = worse(health, severity);
  return { health, healthSentence: members.length === 0 ? 'no enabled instance' : `${well} of ${members.length} healthy${ledBy(replicaset)}` };
}

function ledBy({ data, masters, members, record }: ReplicasetFacts): string {
  if (!data) return '';
  const nameOf = (uuid: string | null) => members.find((member) => member.uuid === uuid)?.alias ?? null;
  const [appointed, target] = [nameOf(record?.master ?? null), nameOf(record?.target ?? null)];
  if (record?.phase === 'switching' && appointed !== null && target !== null) return `, ${appointed} hands over to ${target}`;
  if (masters.length === 0) return appointed !== null && record?.phase === 'promoting' ? `, ${appointed} is being promoted` : ', no master';
  if (masters.length > 1) return `, masters ${list(masters.map(({ alias }) => alias))}`;
  const [{ alias, uuid }] = masters as readonly [InstanceFacts];
  return `, master ${alias}${record !== null && record.master === uuid ? `, epoch ${record.epoch}` : ''}`;
}
