import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { ObjectRef } from '~/contract/shapes/view.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { testBody } from '~/core/alerts/message.ts';
import { alertables, hides, nameOf, type Silence } from '~/core/alerts/rule.ts';
import { clock } from '~/core/view/words.ts';
import { carryOut, storePlan } from './carry-out.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import { channelsMax, silencesMax, type ChannelSettings, type StoredChannel } from '~/server/store/index.ts';
import { channelChanges, filterWarnings, makeChannel } from './alert-channels.ts';
import type { Context, HandlersOf } from './context.ts';
import { knownCodes } from './issue-names.ts';

/** Channels, silences, and what became of the messages. What is sent, and when: server/runtime/alerts. */
export const alertHandlers: HandlersOf<Pick<typeof contract, 'alert'>>['alert'] = {
  channels: async ({ services: { runtime } }) => {
    await runtime.alerts.refresh();
    const { channels, queued } = runtime.alerts;
    return channels.map(({ name, kind, settings, by, at, lastSentAt, failing }) => ({ name, kind, ...settings, by, at, lastSentAt, failing, queued: queued.filter(({ channel }) => channel === name).length }));
  },

  addChannel: async (context, { kind, dryRun, reason: _reason, expectedVersion: _version, ...input }) => {
    const { runtime, store, now } = context.services;
    const { channel } = input;
    const { alerts } = runtime;
    await alerts.refresh();
    if (alerts.channels.some(({ name }) => name === channel)) throw exists(channel);
    const { minSeverity, codes, objects, forSeconds, repeatHours, enabled } = input;
    const start: ChannelSettings = { minSeverity, codes, objects, forSeconds, repeatHours, enabled, address: '', signed: false, mail: null };
    const made = makeChannel(kind, input, { settings: start, secrets: {} });
    const full: Refusal[] = alerts.channels.length < channelsMax ? [] : [{ code: 'tooMany', target: channel, sentence: `There are ${channelsMax} channels already.`, wayOut: 'Remove one.' }];
    const plan = storePlan(channel, `Add the ${kind} channel ${channel}: ${made.settings.address}.`, {
      reason: `It is told of issues of severity ${minSeverity} and above, ${forSeconds} s after they began.`,
      refusals: [...full, ...made.refusals], warnings: [...made.warnings, ...filterWarnings(context, made.settings)],
      changes: channelChanges(channel, null, { settings: made.settings, secrets: Object.keys(made.secrets) }),
    });
    return carryOut({ context, dryRun }, plan, async () => {
      const row: StoredChannel = { name: channel, kind, settings: made.settings, sealed: runtime.components.sender.seal(channel, made.secrets), by: signedIn(context).user, at: now(), lastSentAt: null, failing: null };
      if (!(await store.alerts.addChannel(row))) throw exists(channel);
      await alerts.refresh();
      return { channel, sentence: `${channel} is told of issues now. Test it.` };
    });
  },

  editChannel: async (context, { dryRun, reason: _reason, expectedVersion: _version, ...input }) => {
    const { runtime, store, now } = context.services;
    const old = await channelOf(context, input.channel);
    const { sender } = runtime.components;
    const made = makeChannel(old.kind, input, { settings: old.settings, secrets: sender.open(old) ?? {} });
    const plan = storePlan(old.name, `Change the channel ${old.name}.`, {
      refusals: made.refusals, warnings: [...made.warnings, ...filterWarnings(context, made.settings)],
      changes: channelChanges(old.name, old, { settings: made.settings, secrets: (['url', 'secret', 'password'] as const).filter((field) => input[field] !== undefined) }),
    });
    return carryOut({ context, dryRun }, plan, async () => {
      const row: StoredChannel = { ...old, settings: made.settings, sealed: sender.seal(old.name, made.secrets), by: signedIn(context).user, at: Math.max(now(), old.at + 1) };
      if (!(await store.alerts.replaceChannel(row, old.at))) throw new CoterieError('CONFLICT', `Somebody has just changed ${old.name}. Look at it again, then repeat.`, { channel: old.name });
      await runtime.alerts.refresh();
      return { channel: old.name, sentence: `${old.name} is changed. Test it.` };
    });
  },

  removeChannel: async (context, { channel, dryRun }) => {
    const { runtime, store } = context.services;
    const { name, kind, settings } = await channelOf(context, channel);
    const plan = storePlan(name, `Remove the ${kind} channel ${name}: ${settings.address}.`, { changes: [{ path: `alerts.${name}`, kind: 'removed', before: { kind, address: settings.address }, sentence: `${name}: removed` }] });
    return carryOut({ context, dryRun }, plan, async () => {
      if (!(await store.alerts.removeChannel(name))) throw missing(name, []);
      await runtime.alerts.refresh();
      return { channel: name, sentence: `${name} is removed.` };
    });
  },

  test: async (context, { channel, dryRun }) => {
    const { runtime, store, now, newUuid } = context.services;
    const found = await channelOf(context, channel);
    return carryOut({ context, dryRun }, storePlan(found.name, `Send a test message over ${found.name}: ${found.settings.address}.`), async () => {
      const at = now();
      const { cluster, url } = runtime.alerts.options;
      const body = testBody(found.name, { id: newUuid(), at, cluster, url, by: signedIn(context).user });
      const { ok, text } = await runtime.components.sender.send(found, body, JSON.stringify(body));
      const ended = now();
      await store.alerts.log({ channel: found.name, at, body, state: ok ? 'sent' : 'failed', attempts: 1, nextAt: null, endedAt: ended, answer: text });
      // The way is open again: what waits for it need not wait for its next attempt.
      if (ok) await store.alerts.hurry(found.name, ended);
      runtime.alerts.look();
      const tookMs = ended - at;
      return { channel: found.name, delivered: ok, answer: text, tookMs, sentence: ok ? `${found.name} took it in ${tookMs} ms: ${text}` : `${found.name} did not take it: ${text}` };
    });
  },

  silence: async (context, { code = null, object: ref, severity = null, hours, reason, dryRun }) => {
    const { runtime, store, now, newUuid } = context.services;
    const { alerts } = runtime;
    await alerts.refresh();
    const object = ref === undefined ? null : objectOf(context, ref);
    if (code !== null && !knownCodes(context).has(code)) throw new CoterieError('NOT_FOUND', `There is no kind of issue ${code}. There are: ${[...knownCodes(context)].toSorted().join(', ')}.`, { code });
    const name = nameOf({ code, object, severity });
    const hidden = openUnder(context, { code, object, severity }).filter(({ issue }) => issue.severity === 'critical');
    const full: Refusal[] = alerts.silences.length < silencesMax ? [] : [{ code: 'tooMany', target: name, sentence: `${silencesMax} silences are in force already.`, wayOut: 'End some, or silence a whole kind.' }];
    const plan = storePlan(name, `Send no alerts about ${name} for ${hours} h.`, {
      reason, refusals: full, warnings: hidden.slice(0, warningsMax).map(({ issue }) => `Critical now, and nobody will be told of it: ${issue.sentence}`),
      changes: [{ path: 'alerts.silences', kind: 'added', after: { code, object: object?.name ?? null, severity, hours, reason }, sentence: `${name}: silenced for ${hours} h` }],
    });
    return carryOut({ context, dryRun }, plan, async () => {
      const at = now();
      const silence: Silence = { id: newUuid().slice(0, 8), code, object, severity, by: signedIn(context).user, at, until: at + Math.round(hours * hourMs), reason };
      await store.alerts.addSilence(silence);
      await alerts.refresh();
      return { id: silence.id, until: silence.until, sentence: `No alerts about ${name} until ${clock(silence.until, at)}.` };
    });
  },

  unsilence: async (context, { id, dryRun }) => {
    const { runtime, store } = context.services;
    await runtime.alerts.refresh();
    const found = runtime.alerts.silences.find((one) => one.id === id);
    if (found === undefined) throw new CoterieError('NOT_FOUND', `There is no silence ${id}. ${runtime.alerts.silences.length === 0 ? 'Nothing is silenced.' : `There are: ${runtime.alerts.silences.map((one) => one.id).slice(0, namedMax).join(', ')}.`}`, { id });
    const name = nameOf(found);
    const plan = storePlan(id, `End the silence about ${name} by ${found.by}: what is still there is told.`, { changes: [{ path: 'alerts.silences', kind: 'removed', before: { code: found.code, object: found.object?.name ?? null, severity: found.severity, until: found.until, by: found.by, reason: found.reason }, sentence: `${name}: no longer silenced` }] });
    return carryOut({ context, dryRun }, plan, async () => {
      await store.alerts.removeSilence(id);
      await runtime.alerts.refresh();
      return { id, sentence: `${name}: no longer silenced.` };
    });
  },

  silences: async (context) => {
    const { alerts } = context.services.runtime;
    await alerts.refresh();
    return alerts.silences.map((silence) => ({ ...silence, hides: openUnder(context, silence).length }));
  },

  deliveries: ({ services: { store } }, filter) => store.alerts.deliveries(filter),
};

const hourMs = 3_600_000;
const warningsMax = 10;
const namedMax = 10;

const exists = (channel: string) => new CoterieError('CONFLICT', `There is a channel ${channel} already. Edit it, or take another name.`, { channel });
const missing = (channel: string, names: readonly string[]) => new CoterieError('NOT_FOUND', `There is no channel ${channel}. ${names.length === 0 ? 'There is none yet.' : `There are: ${names.join(', ')}.`}`, { channel });

async function channelOf({ services: { runtime } }: Context, name: string): Promise<StoredChannel> {
  await runtime.alerts.refresh();
  const found = runtime.alerts.channels.find((one) => one.name === name);
  if (found === undefined) throw missing(name, runtime.alerts.channels.map((one) => one.name));
  return found;
}

function objectOf({ services: { runtime } }: Context, ref: string): ObjectRef {
  const { instances, replicasets } = runtime.state.overview;
  const objects: ObjectRef[] = [
    ...instances.map(({ uuid, alias }): ObjectRef => ({ kind: 'instance', id: uuid, name: alias })),
    ...replicasets.map(({ uuid, alias }): ObjectRef => ({ kind: 'replicaset', id: uuid, name: alias })),
    { kind: 'cluster', id: runtime.name, name: runtime.name },
  ];
  const [first, second] = objects.filter(({ id, name }) => id === ref || name === ref);
  if (first && second && second.kind !== 'cluster') throw new CoterieError('CONFLICT', `Several objects are called ${ref}; name it by its uuid.`, { object: ref });
  if (first) return first;
  throw new CoterieError('NOT_FOUND', `There is no instance or replicaset ${ref}.`, { object: ref });
}

function openUnder({ services: { runtime } }: Context, silence: Pick<Silence, 'code' | 'object' | 'severity'>) {
  const { issues, instances } = runtime.state.overview;
  return alertables(issues, instances).filter((one) => hides(silence, one));
}
