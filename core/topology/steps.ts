import { hasDataRole } from '~/core/roles/registry.ts';
import { codeSteps, isPlainSection } from './code-steps.ts';
import { databaseSteps } from './database-steps.ts';
import type { Facts } from './facts.ts';
import { failoverSteps, preferenceStep } from './failover-steps.ts';
import { leadersOf, type Leaders } from './leader.ts';
import { databaseNeeded, enabledMembersOf, isAppointed, wantedMaster } from './master.ts';
import type { Step } from './refusal.ts';
import { routerSteps } from './router-steps.ts';
import { shardingSteps } from './sharding-steps.ts';

/** What the agents will do once `next` is committed. Per replicaset: first who comes, then who leads, then who leaves. */
export function stepsOf(facts: Facts): Step[] {
  const { before, after } = facts;
  const replicasets = facts.sorted([...new Set([...Object.keys(before.replicasets), ...Object.keys(after.replicasets)])]);
  return [writeStep(facts), ...failoverSteps(facts), ...shardingSteps(facts), ...replicasets.flatMap((uuid) => replicasetSteps(facts, uuid)), ...routerSteps(facts), ...databaseSteps(facts), ...codeSteps(facts), ...sectionSteps(facts)];
}

function writeStep(facts: Facts): Step {
  const { before, after } = facts;
  const everyone = [...new Set([...Object.keys(before.instances), ...Object.keys(after.instances)])];
  const asked = everyone.filter((uuid) => before.instances[uuid]?.disabled === false || after.instances[uuid]?.disabled === false);
  const away = asked.filter((uuid) => !facts.reachable(uuid));
  const among = asked.length === 0 ? '' : ` on ${asked.length - away.length} of ${asked.length} instances`;
  return {
    kind: 'writeConfig',
    target: 'config',
    sentence: `Version ${facts.nextVersion} is prepared${among}, decided, and committed.`,
    reason: away.length === 0 ? 'Either all take the change or none does.' : `Either all take the change or none does; ${facts.aliases(facts.sorted(away))} cannot be reached and take it when back.`,
  };
}

function replicasetSteps(facts: Facts, replicaset: string): Step[] {
  const { before, after } = facts;
  const name = facts.aliasOf(replicaset);
  const all = facts.sorted([...new Set([...(before.replicasets[replicaset]?.priority ?? []), ...(after.replicasets[replicaset]?.priority ?? [])])]);
  const leaders = leadersOf(facts, replicaset);
  const first = wantedMaster(before, replicaset) === null ? wantedMaster(after, replicaset) : null;
  const starts = all.filter((uuid) => databaseNeeded(after, uuid) && !databaseNeeded(before, uuid));
  const steps = starts.toSorted((a, b) => Number(b === first) - Number(a === first)).map((uuid) => startStep(facts, uuid, { name, first: uuid === first, appointed: leaders.isAppointed }));
  steps.push(...masterSteps(facts, replicaset, leaders), ...preferenceStep(facts, replicaset, leaders));
  const stops = all.filter((uuid) => databaseNeeded(before, uuid) && !databaseNeeded(after, uuid));
  for (const uuid of all.filter((member) => before.instances[member] && !after.instances[member])) {
    steps.push({ kind: 'fence', target: uuid, sentence: `${facts.aliasOf(uuid)} is stopped and fenced; its data stays on its disk.`, reason: after.replicasets[replicaset] ? 'It is expelled.' : `Replicaset ${name} is deleted.` });
  }
  for (const uuid of stops.filter((member) => after.instances[member])) {
    steps.push({ kind: 'stop', target: uuid, sentence: `${facts.aliasOf(uuid)} stops; its data stays on its disk.`, reason: after.instances[uuid]?.disabled ? 'It is disabled.' : `${name} has no role that keeps data any more.` });
  }
  steps.push(...replicationStep(facts, replicaset, { stops, starts }));
  return [...steps, ...roleStep(facts, replicaset)];
}

function masterSteps(facts: Facts, replicaset: string, { old, now, isAppointed: appointed, replaced }: Leaders): Step[] {
  if (old === null) return [];
  const [name, from] = [facts.aliasOf(replicaset), facts.aliasOf(old)];
  if (replaced) {
    const how = facts.reachable(old) ? `${from} gives its lease back when it has written its last row, and the coordinator appoints the best of the others: writes pause for some milliseconds` : `${from} cannot be asked; the coordinator appoints the best of the others as soon as its lease is over`;
    return [{ kind: 'moveMaster', target: replicaset, sentence: `The master of ${name} moves away from ${from}: ${how}.`, reason: whyNot(facts, old, replicaset) }];
  }
  if (appointed || now === null || now === old) return [];
  const to = facts.aliasOf(now);
  const how = facts.reachable(old) ? `${from} becomes read-only, ${to} catches up with it and becomes writable` : `${from} cannot be asked; ${to} becomes writable with what it has`;
  const { after } = facts;
  const reason = after.instances[old] && !after.instances[old].disabled && after.instances[old].electable ? `${to} stands before ${from} in the priority list.` : whyNot(facts, old, replicaset);
  return [{ kind: 'moveMaster', target: replicaset, sentence: `The master of ${name} moves from ${from} to ${to}: ${how}.`, reason }];
}

function whyNot({ after, aliasOf }: Facts, uuid: string, replicaset: string): string {
  const instance = after.instances[uuid];
  if (!instance) return `${aliasOf(uuid)} is expelled.`;
  if (instance.disabled) return `${aliasOf(uuid)} is disabled.`;
  return instance.electable ? `${aliasOf(replicaset)} has no role that keeps data any more.` : `${aliasOf(uuid)} may not be master any more.`;
}

function startStep(facts: Facts, uuid: string, { name, first, appointed }: { name: string; first: boolean; appointed: boolean }): Step {
  const alias = facts.aliasOf(uuid);
  if (facts.knownOf(uuid)?.hasData || facts.before.instances[uuid]?.disabled) return { kind: 'start', target: uuid, sentence: `${alias} starts with the data that it has and catches up.`, reason: facts.before.instances[uuid]?.disabled ? 'It is enabled.' : `${name} keeps data now.` };
  if (first && appointed) return { kind: 'bootstrap', target: uuid, sentence: `${alias} starts an empty database as the first of ${name}, if the coordinator appoints it: as all are empty, it takes the first that it can reach.`, reason: 'It is the first electable instance in the priority list.' };
  if (first) return { kind: 'bootstrap', target: uuid, sentence: `${alias} starts an empty database as the first of ${name} and becomes its master.`, reason: `It is the first electable instance in the priority list.` };
  return { kind: 'join', target: uuid, sentence: `${alias} copies the data of ${name} and follows its master.`, reason: `It joins ${name}.` };
}

/** The others have to know of every address that comes, goes or changes; where all follow the one master, of those that change. */
function replicationStep(facts: Facts, replicaset: string, { stops, starts }: { stops: string[]; starts: string[] }): Step[] {
  const { before, after } = facts;
  const [wasStar, star] = [isAppointed(before, replicaset), isAppointed(after, replicaset)];
  const stay = facts.sorted(enabledMembersOf(after, replicaset).filter((uuid) => databaseNeeded(after, uuid) && databaseNeeded(before, uuid)));
  const moved = stay.filter((uuid) => before.instances[uuid]?.uri !== after.instances[uuid]?.uri);
  const mesh = !star || !wasStar;
  const reasons = [
    ...(mesh && starts.length > 0 ? [`${facts.aliases(facts.sorted(starts))} ${starts.length > 1 ? 'come' : 'comes'} in`] : []),
    ...(mesh && stops.length > 0 ? [`${facts.aliases(facts.sorted(stops))} ${stops.length > 1 ? 'leave' : 'leaves'}`] : []),
    ...moved.map((uuid) => `${facts.aliasOf(uuid)} is now at ${after.instances[uuid]?.uri}`),
    ...(star !== wasStar && stay.length > 1 ? [star ? 'Its master is appointed' : 'Its master is not appointed any more'] : []),
  ];
  if (stay.length === 0 || reasons.length === 0) return [];
  const name = facts.aliasOf(replicaset);
  const sentence = star ? `${facts.aliases(stay)} of ${name} replicate from its master alone.` : `${facts.aliases(stay)} of ${name} replicate with a new set of peers.`;
  return [{ kind: 'restartReplication', target: replicaset, sentence, reason: `${reasons.join('; ')}.` }];
}

function roleStep(facts: Facts, replicaset: string): Step[] {
  const [old, now] = [facts.before.replicasets[replicaset], facts.after.replicasets[replicaset]];
  if (!now) return [];
  const name = facts.aliasOf(replicaset);
  const added = now.roles.filter((role) => !old?.roles.includes(role));
  const removed = (old?.roles ?? []).filter((role) => !now.roles.includes(role));
  const what = [...(added.length > 0 ? [`${added.join(', ')} on`] : []), ...(removed.length > 0 ? [`${removed.join(', ')} off`] : [])];
  const steps: Step[] = what.length === 0 ? [] : [{ kind: 'applyRoles', target: replicaset, sentence: `${name}: ${what.join(', ')}.`, reason: old ? 'Its roles change.' : 'It is new.' }];
  if (hasDataRole(now.roles) && (old?.allRw ?? false) !== now.allRw) {
    steps.push({ kind: 'applyRoles', target: replicaset, sentence: now.allRw ? `Every instance of ${name} becomes writable.` : `Every instance of ${name} but its master becomes read-only.`, reason: `"All writable" is ${now.allRw ? 'on' : 'off'}.` });
  }
  return steps;
}

function sectionSteps({ before, after }: Facts): Step[] {
  const names = [...new Set([...Object.keys(before.sections), ...Object.keys(after.sections)])].filter((name) => isPlainSection(name) && before.sections[name] !== after.sections[name]).toSorted();
  if (names.length === 0) return [];
  const shown = names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
  return [{ kind: 'applySections', target: 'config', sentence: `Every instance takes ${names.length === 1 ? 'section' : 'sections'} ${shown}.`, reason: 'The text changes.' }];
}
