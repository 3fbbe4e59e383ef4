import { CoterieError } from '~/contract/errors.ts';
import type { FindingRow, GroupStatus } from '~/contract/shapes/sharding-status.ts';
import type { FindingView, findingCodes } from '~/contract/shapes/sharding-view.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { bootstrapRanges } from '~/core/rebalance/bootstrap.ts';
import { bucketsIn } from '~/core/rebalance/bucket-list.ts';
import { rangesText } from '~/core/rebalance/buckets-table.ts';
import { needsProviderSentence, needsProviderWayOut } from '~/core/standing/sharding.ts';
import { clock, count } from '~/core/view/words.ts';
import type { ShardingCommand } from '~/link/sharding-messages.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import { act, step } from './action.ts';
import type { Intent } from './change.ts';
import type { Context } from './context.ts';
import { named } from './failover-names.ts';
import { findReplicaset } from './names.ts';
import { lengthMs } from './pause-length.ts';

/** Orders of people about buckets: planned from what is shown, carried out by the active coordinator. */

const commandMs = 40_000;
const doctorMs = 30_000;

type Asked = Intent & { readonly group: string };

/** The group, with what stands in the way of any order about it. */
async function groupOf(context: Context, name: string, { made = true }: { made?: boolean } = {}): Promise<{ group: GroupStatus | null; refusals: Refusal[] }> {
  const status = await context.services.runtime.sharding.status();
  const group = status.groups.find((one) => one.group === name) ?? null;
  const refuse = (code: string, sentence: string, wayOut: string): { group: GroupStatus | null; refusals: Refusal[] } => ({ group, refusals: [{ code, target: name, sentence, wayOut }] });
  if (!status.enabled) return refuse('needsProvider', needsProviderSentence, needsProviderWayOut);
  if (group === null) return refuse('noStorages', `Group ${name} has no storages.`, `Give replicasets role storage${name === 'default' ? '' : ` and group ${name}`}: \`coterie replicaset edit\`.`);
  if (status.source.kind === 'reports') return refuse('noCoordinator', status.source.why ?? 'No coordinator answers.', 'See `coterie failover status`.');
  if (made && group.bootstrapped === null) return refuse('notBootstrapped', `Group ${name} has no buckets yet.`, `\`coterie sharding bootstrap ${name}\` makes them.`);
  return { group, refusals: [] };
}

async function ordered(context: Context, command: ShardingCommand): Promise<{ sentence: string }> {
  const { sharding, failover } = context.services.runtime;
  try {
    const { value } = await failover.coordinators.ask((client, timeoutMs) => client.shardingCommand(command, { timeoutMs }), { timeoutMs: commandMs, once: true });
    return { sentence: named(context, value.sentence) };
  } finally {
    sharding.forget();
  }
}

export async function bootstrapped(context: Context, { group: name, ...intent }: Asked) {
  const { group, refusals } = await groupOf(context, name, { made: false });
  const ranges = group === null ? [] : bootstrapRanges(group.storages, group.settings.buckets);
  const alias = (uuid: string) => group?.storages.find((one) => one.uuid === uuid)?.alias ?? uuid;
  const steps = (ranges ?? []).map(({ uuid, first, last }) => step('store', uuid, [`${alias(uuid)} gets ${count(last - first + 1, 'bucket')}: ${first} to ${last}.`, `Its weight is ${group?.storages.find((one) => one.uuid === uuid)?.weight ?? 0}.`]));
  const more: Refusal[] = [
    ...(group?.bootstrapped ? [{ code: 'bootstrapped', target: name, sentence: `Group ${name} was bootstrapped by ${group.bootstrapped.by} with ${group.bootstrapped.buckets} buckets, for good.`, wayOut: 'For another number of buckets start another group, and move the data into it.' }] : []),
    ...(refusals.length === 0 && ranges === null ? [{ code: 'weightless', target: name, sentence: `Every storage of group ${name} has weight 0.`, wayOut: 'Give one of them a weight: `coterie replicaset edit`.' }] : []),
  ];
  const action = { summary: `Make the ${group?.settings.buckets ?? 0} buckets of group ${name}, by ${group?.settings.hash ?? 'hash'}, for good.`, steps, refusals: [...refusals, ...more], warnings: group !== null && group.storages.length === 1 ? ['There is one storage only: it gets all of them. More can be added at any time.'] : [] };
  return act(context, intent, { action, run: () => ordered(context, { kind: 'bootstrap', group: name, by: signedIn(context).user }) });
}

export async function started(context: Context, { group: name, ...intent }: Asked) {
  const { group, refusals } = await groupOf(context, name);
  const mode = group?.settings.rebalance;
  const wrong: Refusal[] = refusals.length > 0 || mode === 'manual' ? [] : [{ code: 'notManual', target: name, sentence: mode === 'off' ? `Rebalancing of group ${name} is off.` : `Rebalancing of group ${name} is automatic: there is nothing to start.`, wayOut: mode === 'off' ? `\`coterie sharding configure ${name} --rebalance manual\`.` : 'Where it is paused: `coterie sharding resume`.' }];
  const left = group?.left ?? 0;
  const steps = (group?.moves ?? []).map(({ from, to, count: many }) => step('store', from, [named(context, `${count(many, 'bucket')} of ${from} to ${to}.`), 'The weights ask for it.']));
  const action = { summary: left === 0 ? `Group ${name} is even: nothing moves.` : `Move ${count(left, 'bucket')} of group ${name}.`, steps, refusals: [...refusals, ...wrong] };
  return act(context, intent, { action, run: () => ordered(context, { kind: 'start', group: name, by: signedIn(context).user }) });
}

export async function paused(context: Context, { group: name, expires, ...intent }: Asked & { reason: string; expires?: string | undefined }) {
  const forMs = lengthMs(expires);
  const { group, refusals } = await groupOf(context, name);
  const now = context.services.now();
  const until = forMs === null ? 'until somebody resumes' : `until ${clock(now + forMs, now)}`;
  const action = {
    summary: `Pause rebalancing of group ${name} ${until}.`,
    steps: [step('store', name, [`No bucket begins to move ${until}; ${count(group?.inFlight ?? 0, 'bucket')} under way arrive.`, intent.reason])],
    refusals,
    warnings: group?.pause ? [`It is paused already by ${group.pause.by}: ${group.pause.reason}. This one takes its place.`] : [],
  };
  return act(context, intent, { action, run: () => ordered(context, { kind: 'pause', group: name, by: signedIn(context).user, reason: intent.reason, forMs }) });
}

export async function resumed(context: Context, { group: name, ...intent }: Asked) {
  const { group, refusals } = await groupOf(context, name);
  const idle = refusals.length === 0 && group?.pause === null;
  const action = { summary: idle ? `Rebalancing of group ${name} is not paused.` : `End the pause of rebalancing of group ${name}.`, steps: idle ? [] : [step('store', name, ['Buckets move again as the weights ask for it.', group?.pause ? `Paused by ${group.pause.by}: ${group.pause.reason}` : 'You asked for it.'])], refusals };
  return act(context, intent, { action, run: () => ordered(context, { kind: 'resume', group: name, by: signedIn(context).user }) });
}

export async function aborted(context: Context, { group: name, ...intent }: Asked) {
  const { group, refusals } = await groupOf(context, name);
  const automatic = group?.settings.rebalance === 'auto';
  const action = {
    summary: `Cut short what moves in group ${name}: ${count(group?.inFlight ?? 0, 'bucket')} under way.`,
    steps: [step('store', name, ['What was not sent yet stays where it is.', intent.reason ?? 'You asked for it.']), ...(automatic ? [step('store', name, ['Rebalancing is paused until somebody resumes.', 'It is automatic, and would begin again at once.'])] : [])],
    refusals,
  };
  return act(context, intent, { action, run: () => ordered(context, { kind: 'abort', group: name, by: signedIn(context).user, reason: intent.reason ?? 'Cut short.' }) });
}

function idsOf(texts: readonly string[], group: GroupStatus | null): number[] {
  const ids = bucketsIn(texts, group?.bootstrapped?.buckets ?? 100_000);
  if (typeof ids === 'string') throw new CoterieError('BAD_INPUT', ids);
  return [...ids];
}

export async function moved(context: Context, { group: name, buckets, to, ...intent }: Asked & { buckets: readonly string[]; to: string }) {
  const { group, refusals } = await groupOf(context, name);
  const target = findReplicaset(context, to);
  const ids = idsOf(buckets, group);
  const outside: Refusal[] = group === null || group.storages.some(({ uuid }) => uuid === target.uuid) ? [] : [{ code: 'notInGroup', target: target.uuid, sentence: `${target.alias} is no storage of group ${name}.`, wayOut: `There are: ${group.storages.map(({ alias }) => alias).join(', ')}.` }];
  const action = {
    summary: `Move ${ids.length === 1 ? `bucket ${ids[0]}` : `${ids.length} buckets`} of group ${name} to ${target.alias}.`,
    steps: [step('store', target.uuid, [`${target.alias} gets ${rangesText(ids)}, from whoever has them.`, intent.reason ?? 'You asked for it.'])],
    refusals: [...refusals, ...outside],
    warnings: group?.settings.rebalance === 'auto' && group.pause === null ? [`Rebalancing is automatic: as many others move back. Pin what has to stay: \`coterie sharding pin ${name}\`.`] : [],
  };
  return act(context, intent, { action, run: () => ordered(context, { kind: 'move', group: name, by: signedIn(context).user, ids, to: target.uuid }) });
}

export async function pinned(context: Context, { group: name, buckets, ...intent }: Asked & { buckets: readonly string[] }, pin: boolean) {
  const { group, refusals } = await groupOf(context, name);
  const ids = idsOf(buckets, group);
  const action = { summary: `${pin ? 'Pin' : 'Unpin'} ${count(ids.length, 'bucket')} of group ${name}.`, steps: [step('store', name, [`${rangesText(ids)} ${pin ? 'stay where they are' : 'may move again'}.`, intent.reason ?? 'You asked for it.'])], refusals };
  return act(context, intent, { action, run: () => ordered(context, { kind: 'pin', group: name, by: signedIn(context).user, ids, pinned: pin }) });
}

async function examined(context: Context, group: string): Promise<readonly FindingView[]> {
  const { refusals } = await groupOf(context, group);
  if (refusals[0]) throw new CoterieError('REFUSED', `${refusals[0].sentence} ${refusals[0].wayOut}`, { refusals });
  const { value } = await context.services.runtime.failover.coordinators.ask((client, timeoutMs) => client.shardingDoctor({ group }, { timeoutMs }), { timeoutMs: doctorMs });
  return value.findings;
}

export async function findings(context: Context, group: string): Promise<FindingRow[]> {
  return (await examined(context, group)).map(({ repairs, buckets, ...finding }) => ({
    ...finding, buckets: rangesText(buckets), bucketCount: buckets.length, replicasets: [...new Set(repairs.map(({ replicaset }) => replicaset))],
    sentence: named(context, finding.sentence), wayOut: named(context, finding.wayOut), repairs: repairLines(context, repairs),
  }));
}

function repairLines(context: Context, repairs: FindingView['repairs']): string[] {
  const kinds = new Map<string, number[]>();
  for (const { replicaset, bucket, to } of repairs) {
    const key = `${replicaset} ${to.state}`;
    kinds.set(key, [...(kinds.get(key) ?? []), bucket]);
  }
  return [...kinds].map(([key, ids]) => {
    const [replicaset = '', state] = key.split(' ');
    return named(context, state === 'active' ? `${replicaset} owns ${rangesText(ids)} from now on.` : `The rows of ${rangesText(ids)} on ${replicaset} are deleted.`);
  });
}

/** It gives the bucket to one that has nothing of it, or deletes rows: then a person has to mean it. */
const givesUp = ({ code, repairs }: FindingView): boolean => code === 'lost' || repairs.some(({ to }) => to.state === 'garbage');

export async function repaired(context: Context, { group: name, finding: code, confirm, ...intent }: Asked & { finding: (typeof findingCodes)[number]; confirm?: string | undefined }) {
  const found = (await examined(context, name)).filter((one) => one.code === code && one.repairs.length > 0);
  const grave = found.some(givesUp);
  if (grave && !intent.dryRun && confirm !== name) throw new CoterieError('BAD_INPUT', `Rows are deleted or given up: give the name of the group, ${name}, once more in \`confirm\`.`, { group: name });
  const buckets = [...new Set(found.flatMap(({ repairs }) => repairs.map(({ bucket }) => bucket)))];
  const refusals: Refusal[] = found.length > 0 ? [] : [{ code: 'nothingToRepair', target: name, sentence: `The doctor finds nothing of kind ${code} in group ${name} that a repair could mend.`, wayOut: `See \`coterie sharding doctor ${name}\`.` }];
  const steps = found.flatMap((one) => repairLines(context, one.repairs).map((line) => step('store', name, [line, named(context, one.sentence)])));
  const action = { summary: `Mend ${count(buckets.length, 'bucket')} of group ${name}: ${code}.`, steps, refusals };
  return act(context, intent, { action, run: () => ordered(context, { kind: 'repair', group: name, by: signedIn(context).user, code, buckets }) });
}
