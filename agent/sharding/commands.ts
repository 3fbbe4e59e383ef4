import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { CoterieError } from '~/contract/errors.ts';
import { rangesText } from '~/core/rebalance/buckets-table.ts';
import { bootstrapRanges } from '~/core/rebalance/bootstrap.ts';
import { groupSettings } from '~/core/topology/sharding-settings.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { ShardingCommand } from '~/link/sharding-messages.ts';
import { examined, ownersOf, repaired, tablesOf, type DoctorParts } from './doctor.ts';
import type { Group } from './group.ts';
import { untilRead } from './until-read.ts';

/** What people order of the active coordinator. Each answers with a sentence, or throws one that says why not. */
export type CommandParts = DoctorParts & { readonly config: () => ClusterConfig | null; readonly now: () => number };

const hearMs = 3000;
const settleMs = 25_000;
const againMs = 50;
const pinMs = 5000;

type Of<K extends ShardingCommand['kind']> = Extract<ShardingCommand, { kind: K }>;

/** CONFLICT would mean that this is not the active coordinator, and that another one is to be asked. */
export async function obeyed(command: ShardingCommand, group: Group, parts: CommandParts): Promise<{ sentence: string }> {
  try {
    await untilRead(group);
    return await done(command, group, parts);
  } catch (error) {
    throw error instanceof CoterieError && error.code === 'CONFLICT' ? new CoterieError('REFUSED', error.message, error.data) : error;
  }
}

async function done(command: ShardingCommand, group: Group, parts: CommandParts): Promise<{ sentence: string }> {
  switch (command.kind) {
    case 'bootstrap':
      return bootstrapped(command, group, parts);
    case 'start':
      await changed(group, (record) => ({ ...record, pause: null, run: { by: command.by, at: parts.now() } }));
      return { sentence: `Buckets of group ${command.group} move until they are even.` };
    case 'pause': {
      const until = command.forMs === null ? null : parts.now() + command.forMs;
      await changed(group, (record) => ({ ...record, pause: { by: command.by, reason: command.reason, until } }));
      return { sentence: `Rebalancing of group ${command.group} is paused; what is under way ends.` };
    }
    case 'resume':
      await changed(group, (record) => ({ ...record, pause: null }));
      return { sentence: `Rebalancing of group ${command.group} goes on.` };
    case 'abort':
      return aborted(command, group, parts);
    case 'move':
      return moved(command, group, parts);
    case 'pin':
      return pinned(command, group, parts);
    case 'repair': {
      const { findings, generations } = await examined(command.group, group, parts);
      const wanted = new Set(command.buckets);
      const repairs = findings.filter(({ code }) => code === command.code).flatMap((finding) => finding.repairs).filter(({ bucket }) => wanted.has(bucket));
      if (repairs.length === 0) throw new CoterieError('REFUSED', `Nothing is left to be repaired there. See \`coterie sharding doctor\`.`);
      const count = await repaired(repairs, generations, parts);
      for (const { uuid } of group.members()) group.seats.ask(uuid);
      return { sentence: `${count === 1 ? 'One row was' : `${count} rows were`} mended: bucket${wanted.size > 1 ? 's' : ''} ${rangesText([...wanted])}.` };
    }
  }
}

async function bootstrapped({ group: name, by }: Of<'bootstrap'>, group: Group, { config, now }: CommandParts): Promise<{ sentence: string }> {
  if (group.record !== null) throw new CoterieError('REFUSED', `Group ${name} was bootstrapped by ${group.record.by} with ${group.record.buckets} buckets, for good.`);
  const settings = groupSettings(config() ?? {}, name);
  const members = group.members();
  if (bootstrapRanges(members, settings.buckets) === null) throw new CoterieError('REFUSED', `Every storage of group ${name} has weight 0: give one of them a weight.`);
  group.look();
  const until = performance.now() + hearMs;
  const unheard = () => members.filter(({ uuid }) => group.seats.heard(uuid)?.stat.leads !== true);
  while (unheard().length > 0 && performance.now() < until) await wait(againMs);
  if (unheard().length > 0) throw new CoterieError('REFUSED', `${unheard().map(({ alias, uuid }) => `${alias}: ${group.seats.error(uuid) ?? 'its master does not write.'}`).join(' ')} Every storage of the group has to have a master.`);
  const cuts = members.flatMap(({ uuid, alias }) => {
    const cut = group.seats.heard(uuid)?.stat.cut;
    return cut ? [{ alias, ...cut }] : [];
  });
  const other = cuts.find(({ group: of, count }) => of !== name || count !== settings.buckets);
  if (other) throw new CoterieError('REFUSED', `${other.alias} has buckets of group ${other.group} with ${other.count} already: the configuration has to say so too, or its data has to go.`);
  // The state provider was emptied, and the storages were not: what they have counts.
  await group.bootstrap(by, { count: settings.buckets, hash: settings.hash }, cuts.length > 0);
  const end = performance.now() + settleMs;
  while (group.founding && performance.now() < end) await wait(againMs);
  const view = group.view();
  if (group.founding) return { sentence: `It was decided at ${new Date(now()).toISOString()}, and goes on. ${view.sentence}` };
  return { sentence: `Group ${name} has ${settings.buckets} buckets on ${members.length} ${members.length === 1 ? 'storage' : 'storages'}.` };
}

async function aborted({ group: name, by, reason }: Of<'abort'>, group: Group, { config }: CommandParts): Promise<{ sentence: string }> {
  const automatic = groupSettings(config() ?? {}, name).rebalance === 'auto';
  await changed(group, (record) => ({ ...record, run: null, ...(automatic && { pause: { by, reason, until: null } }) }));
  const count = group.carrier.ids.size;
  await group.carrier.cancel();
  return { sentence: `${count === 1 ? 'One order is' : `${count} orders are`} cut short: what was not sent stays.${automatic ? ' Rebalancing is automatic, so it is paused as well: resume it when it may go on.' : ''}` };
}

async function moved({ group: name, ids, to }: Of<'move'>, group: Group, parts: CommandParts): Promise<{ sentence: string }> {
  const alias = (uuid: string) => group.members().find((member) => member.uuid === uuid)?.alias ?? uuid;
  if (!group.members().some(({ uuid }) => uuid === to)) throw new CoterieError('REFUSED', `Buckets of group ${name} can be on ${group.members().map((member) => member.alias).join(', ')} only.`);
  const owners = ownersOf(await tablesOf(name, group, parts), ids);
  const orders = [...owners].filter(([from]) => from !== to);
  if (orders.length === 0) return { sentence: `${alias(to)} has ${ids.length === 1 ? 'it' : 'all of them'} already.` };
  const results = Promise.all(orders.map(async ([from, some]) => {
    const ended = await group.carrier.carry({ id: randomUUID(), from, to, what: { ids: some }, byHand: true });
    group.moved(ended.moved);
    group.seats.ask(from);
    group.seats.ask(to);
    return { from, ...ended };
  }));
  const ended = await Promise.race([results, wait(settleMs, null)]);
  if (ended === null) return { sentence: `The buckets are on their way to ${alias(to)}: \`coterie sharding status\` shows them.` };
  const failed = ended.filter(({ sentence }) => sentence !== null);
  const total = ended.reduce((sum, one) => sum + one.moved, 0);
  if (failed.length > 0) throw new CoterieError('REFUSED', `${total} of ${ids.length} moved to ${alias(to)}. ${failed.map(({ from, sentence }) => `${alias(from)}: ${sentence}`).join(' ')}`);
  return { sentence: `${total === 1 ? 'One bucket' : `${total} buckets`} moved to ${alias(to)}.` };
}

async function pinned({ group: name, ids, pinned: pin }: Of<'pin'>, group: Group, parts: CommandParts): Promise<{ sentence: string }> {
  const owners = ownersOf(await tablesOf(name, group, parts), ids);
  let count = 0;
  for (const [replicaset, some] of owners) {
    const master = parts.masterOf(replicaset);
    if (master === null) throw new CoterieError('UNAVAILABLE', `A storage of group ${name} has lost its master: ${count} buckets were changed. Do it again.`);
    count += (await parts.call(master.instance, 'shardingPin', { replicaset, ids: some, pinned: pin }, pinMs)).changed;
    group.seats.ask(replicaset);
  }
  return { sentence: `${count === 1 ? 'One bucket is' : `${count} buckets are`} ${pin ? 'pinned' : 'free to move'}${count < ids.length ? `; ${ids.length - count} ${pin ? 'were pinned' : 'were free'} already` : ''}.` };
}

async function changed(group: Group, make: Parameters<Group['change']>[0]): Promise<void> {
  if (group.record === null) throw new CoterieError('REFUSED', 'The group has no buckets yet: bootstrap it first.');
  await group.change(make);
}
