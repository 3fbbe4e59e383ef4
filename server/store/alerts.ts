import type { Told } from '~/core/alerts/decide.ts';
import type { Silence } from '~/core/alerts/rule.ts';
import type { ObjectRef, Severity } from '~/contract/shapes/view.ts';
import { deliveryOf, queuedOf, rowOfDelivery } from './alert-deliveries.ts';
import type { AlertStore, ChannelSettings, StoredChannel } from './alert-types.ts';
import type { Db, Tx } from './database.ts';
import { holdsIn } from './locks.ts';
import type { Provider } from './paths.ts';

/** Channels, silences, who has been told what, and the messages. Who was told changes in one transaction with the message that tells. */
export function alertStore(db: Db, provider: Provider): AlertStore {
  return {
    channels: async () => (await db.alertChannel.findMany({ orderBy: { name: 'asc' }, take: channelsMax })).map(channelOf),
    addChannel: async (channel) => (await db.$executeRaw`INSERT INTO "AlertChannel" ("name", "kind", "settings", "sealed", "by", "at") VALUES (${channel.name}, ${channel.kind}, ${JSON.stringify(channel.settings)}, ${channel.sealed}, ${channel.by}, CAST(${channel.at} AS BIGINT)) ON CONFLICT ("name") DO NOTHING`) === 1,
    replaceChannel: async ({ name, settings, sealed, by, at }, was) =>
      db.$transaction(async (tx) => {
        const { count } = await tx.alertChannel.updateMany({ where: { name, at: BigInt(was) }, data: { settings: JSON.stringify(settings), sealed, by, at: BigInt(at), failingSince: null, lastError: null } });
        // What waited for the old address is tried at the new one.
        if (count === 1) await tx.alertDelivery.updateMany({ where: { channel: name, state: 'queued' }, data: { nextAt: BigInt(at) } });
        return count === 1;
      }),
    removeChannel: async (name) =>
      db.$transaction(async (tx) => {
        const { count } = await tx.alertChannel.deleteMany({ where: { name } });
        await tx.alertTold.deleteMany({ where: { channel: name } });
        await tx.alertDelivery.deleteMany({ where: { channel: name, state: 'queued' } });
        return count === 1;
      }),

    silences: async (now) => (await db.alertSilence.findMany({ where: { until: { gt: BigInt(now) } }, orderBy: [{ until: 'asc' }, { id: 'asc' }], take: silencesMax })).map(silenceOf),
    addSilence: async ({ object, at, until, ...silence }) => {
      await db.alertSilence.deleteMany({ where: { until: { lt: BigInt(Math.max(0, at - doubtMs)) } } });
      await db.alertSilence.create({ data: { ...silence, at: BigInt(at), until: BigInt(until), objectKind: object?.kind ?? null, objectId: object?.id ?? null, objectName: object?.name ?? null }, select: { id: true } });
    },
    removeSilence: async (id) => (await db.alertSilence.deleteMany({ where: { id } })).count === 1,

    told: async () => (await db.alertTold.findMany({ take: toldMax })).map(({ channel, issue, first, at }): Told => ({ channel, issue: JSON.parse(issue) as Told['issue'], first: Number(first), at: Number(at), changedAt: null })),
    commit: ({ put, drop, messages }, turn) =>
      db.$transaction(async (tx) => {
        if (turn !== null && !(await holdsIn(tx, provider, turn))) return false;
        // A channel that was removed meanwhile gets nothing, and nothing is left of it.
        const names = [...new Set(messages.map(({ channel }) => channel))];
        const there = new Set((await tx.alertChannel.findMany({ where: { name: { in: names } }, select: { name: true } })).map(({ name }) => name));
        await writeTold(tx, put.filter(({ channel }) => there.has(channel)));
        for (const { channel, issue } of drop) await tx.alertTold.deleteMany({ where: { channel, issueId: issue.id } });
        const data = messages.filter(({ channel }) => there.has(channel)).map(rowOfDelivery);
        if (data.length > 0) await tx.alertDelivery.createMany({ data });
        return true;
      }),

    queued: async () => (await db.alertDelivery.findMany({ where: { state: 'queued' }, orderBy: { id: 'asc' }, take: queuedMax })).map(queuedOf),
    claim: async ({ id, attempts }, nextAt) => (await db.alertDelivery.updateMany({ where: { id, attempts, state: 'queued' }, data: { attempts: attempts + 1, nextAt: BigInt(nextAt) } })).count === 1,
    ended: async ({ id, channel }, { state, at, answer }) => {
      await db.$transaction(async (tx) => {
        await tx.alertDelivery.updateMany({ where: { id, state: 'queued' }, data: { state, nextAt: null, endedAt: BigInt(at), answer } });
        if (state === 'sent') await tx.alertChannel.updateMany({ where: { name: channel }, data: { lastSentAt: BigInt(at), failingSince: null, lastError: null } });
        else await failed(tx, channel, { at, answer });
      });
    },
    retry: async ({ id, channel }, { at, nextAt, answer }) => {
      await db.$transaction(async (tx) => {
        await tx.alertDelivery.updateMany({ where: { id, state: 'queued' }, data: { nextAt: BigInt(nextAt), answer } });
        await failed(tx, channel, { at, answer });
      });
    },
    hurry: async (channel, at) => {
      await db.alertDelivery.updateMany({ where: { channel, state: 'queued', nextAt: { gt: BigInt(at) } }, data: { nextAt: BigInt(at) } });
    },
    log: async (delivery) => {
      await db.alertDelivery.createMany({ data: [rowOfDelivery(delivery)] });
    },
    deliveries: async ({ channel, state, before, limit }) => {
      const where = { ...(channel === undefined ? {} : { channel }), ...(state === undefined ? {} : { state }), ...(before === undefined ? {} : { id: { lt: before } }) };
      return (await db.alertDelivery.findMany({ where, orderBy: { id: 'desc' }, take: limit, omit: { body: true } })).map(deliveryOf);
    },
  };
}

export const channelsMax = 50;
export const silencesMax = 500;
const queuedMax = 2000;
const toldMax = 100_000;
const doubtMs = 3_600_000;

async function writeTold(tx: Tx, put: readonly Told[]): Promise<void> {
  for (const { channel, issue, first, at } of put) {
    const data = { issue: JSON.stringify(issue), first: BigInt(first), at: BigInt(at) };
    await tx.alertTold.upsert({ where: { channel_issueId: { channel, issueId: issue.id } }, create: { channel, issueId: issue.id, ...data }, update: data });
  }
}

async function failed(tx: Tx, name: string, { at, answer }: { at: number; answer: string }): Promise<void> {
  await tx.alertChannel.updateMany({ where: { name, failingSince: null }, data: { failingSince: BigInt(at) } });
  await tx.alertChannel.updateMany({ where: { name }, data: { lastError: answer } });
}

type ChannelRow = { name: string; kind: string; settings: string; sealed: string; by: string; at: bigint; lastSentAt: bigint | null; failingSince: bigint | null; lastError: string | null };

function channelOf({ name, kind, settings, sealed, by, at, lastSentAt, failingSince, lastError }: ChannelRow): StoredChannel {
  return {
    name, sealed, by,
    // Both were written from a StoredChannel by this file.
    kind: kind as StoredChannel['kind'],
    settings: JSON.parse(settings) as ChannelSettings,
    at: Number(at),
    lastSentAt: lastSentAt === null ? null : Number(lastSentAt),
    failing: failingSince === null ? null : { since: Number(failingSince), error: lastError ?? '' },
  };
}

type SilenceRow = { id: string; code: string | null; objectKind: string | null; objectId: string | null; objectName: string | null; severity: string | null; by: string; at: bigint; until: bigint; reason: string };

function silenceOf({ id, code, objectKind, objectId, objectName, severity, by, at, until, reason }: SilenceRow): Silence {
  // The two words were written from a Silence by this file, the three parts of an object together.
  const object = objectKind === null ? null : { kind: objectKind as ObjectRef['kind'], id: objectId!, name: objectName! };
  return { id, code, object, severity: severity as Severity | null, by, at: Number(at), until: Number(until), reason };
}
