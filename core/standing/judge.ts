import type { ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import type { FailoverSettingsView } from '~/contract/shapes/failover-status.ts';

/** A replicaset's failover in one sentence, the worst first. */

type Facts = Omit<ReplicasetStanding, 'health' | 'sentence'>;
type Judgement = Pick<ReplicasetStanding, 'health' | 'sentence'>;

export function judged(standing: Facts, { mode, appointed }: { mode: FailoverSettingsView['mode']; appointed: boolean }): Judgement {
  if (standing.members.every(({ heard }) => !heard)) return { health: 'unknown', sentence: 'None of its members is heard.' };
  if (standing.allRw) return { health: 'ok', sentence: 'Every instance is writable; nobody is appointed.' };
  return appointed ? ofAppointed(standing) : ofOther(standing, mode);
}

function ofAppointed({ master, members, epoch, phase, target, blocked, manual, next, nextReason, unfenced, working, released }: Facts): Judgement {
  const leader = members.find(({ uuid }) => uuid === master?.uuid);
  const why = blocked === null ? '' : ` ${ended(blocked)}`;
  if (master === null) return { health: 'critical', sentence: `Nobody leads: no appointment is known yet.${why}` };
  const leads = `${master.alias} leads in epoch ${epoch}`;
  if (phase === 'promoting') return { health: 'critical', sentence: `${master.alias} is appointed in epoch ${epoch} and does not write yet.${why}` };
  if (!leader) return { health: 'critical', sentence: `${master.alias} is appointed and is no member any more.${why}` };
  if (!leader.heard) return { health: 'critical', sentence: `${master.alias} is appointed in epoch ${epoch} and is not heard${working === null ? '' : `; the coordinator is ${working}`}.${why}` };
  if (leader.standing !== 'master' || leader.writable === false) return { health: 'critical', sentence: `Nobody can write: ${master.alias} is appointed in epoch ${epoch} and is read-only${leader.obstacle === null ? '' : `: ${leader.obstacle}`}.${why}` };
  if (leader.obstacle !== null) return { health: 'critical', sentence: `${leads}, and is hindered: ${ended(leader.obstacle)}` };
  if (phase === 'switching') return { health: 'warning', sentence: `${leads} and hands over to ${target?.alias ?? 'another one'}.` };
  if (leader.failsafe) return { health: 'warning', sentence: `${leads} by the promises of the members: the state provider is lost.` };
  if (manual !== null) return { health: 'warning', sentence: `${leads}; nobody else is appointed until somebody acknowledges: ${manual}` };
  if (unfenced !== null) return { health: 'warning', sentence: `${leads}; ${unfenced.alias} may still write without a lease.` };
  if (blocked !== null && released !== null) return { health: 'warning', sentence: `${leads}. A change is due and cannot be made: ${ended(blocked)}` };
  const diverged = members.find((member) => member.diverged !== null);
  if (diverged) return { health: 'warning', sentence: `${leads}. ${diverged.alias} has rows that the master never had.` };
  if (next === null) return { health: 'warning', sentence: `${leads}, and nobody could take over. ${nextReason}` };
  return { health: 'ok', sentence: `${leads}; ${next.alias} would be next.` };
}

function ofOther({ members, master }: Facts, mode: FailoverSettingsView['mode']): Judgement {
  const writers = members.filter(({ heard, writable }) => heard && writable);
  if (writers.length > 1) return { health: 'critical', sentence: `${writers.map(({ alias }) => alias).join(' and ')} are both writable.` };
  const [writer] = writers;
  if (!writer) return { health: 'critical', sentence: `Nobody can write${master ? `: ${master.alias} should` : ''}.` };
  if (mode === 'eventual') return { health: 'warning', sentence: `${writer.alias} leads by gossip alone: two masters are possible.` };
  return { health: 'ok', sentence: `${writer.alias} leads by the priority; nobody takes over by itself.` };
}

const ended = (sentence: string) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`);
