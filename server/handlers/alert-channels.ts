import { isIP } from 'node:net';
import type { contract } from '~/contract/index.ts';
import { CoterieError } from '~/contract/errors.ts';
import type { Change } from '~/contract/shapes/config.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { isRefused } from '~/server/runtime/alerts/outside.ts';
import type { ChannelSecrets } from '~/server/runtime/alerts/seal.ts';
import type { ChannelSettings, StoredChannel } from '~/server/store/index.ts';
import type { z } from 'zod';
import type { Context } from './context.ts';
import { knownCodes } from './issue-names.ts';

/** What an input makes of a channel: settings that may be seen, and secrets that may not. Faults of the input are told before anything is planned. */

type Fields = Omit<z.output<(typeof contract)['alert']['editChannel']['input']>, 'dryRun' | 'reason' | 'expectedVersion'>;
export type Made = { readonly settings: ChannelSettings; readonly secrets: ChannelSecrets; readonly refusals: Refusal[]; readonly warnings: string[] };

const ofWebhook = ['url', 'secret'] as const;
const ofMail = ['host', 'port', 'tls', 'user', 'password', 'from', 'to'] as const;
const ports = { none: 25, starttls: 587, tls: 465 } as const;

/** `before` has the defaults of a new channel, or what an old one is. */
export function makeChannel(kind: StoredChannel['kind'], input: Fields, before: { settings: ChannelSettings; secrets: ChannelSecrets }): Made {
  const wrong = (kind === 'webhook' ? ofMail : ofWebhook).filter((field) => input[field] !== undefined);
  if (wrong.length > 0) throw new CoterieError('BAD_INPUT', `${input.channel} is a ${kind} channel: it has no ${wrong.join(', ')}.`, { fields: wrong });
  const { settings: old } = before;
  const rule = {
    minSeverity: input.minSeverity ?? old.minSeverity,
    codes: [...(input.codes ?? old.codes)],
    objects: [...(input.objects ?? old.objects)],
    forSeconds: input.forSeconds ?? old.forSeconds,
    repeatHours: input.repeatHours ?? old.repeatHours,
    enabled: input.enabled ?? old.enabled,
  };
  const made = kind === 'webhook' ? webhook(input, before.secrets) : mail(input, before);
  return { ...made, settings: { ...rule, ...made.settings } };
}

type Half = Omit<Made, 'settings'> & { readonly settings: Pick<ChannelSettings, 'address' | 'signed' | 'mail'> };

function webhook({ channel, url = undefined, secret = undefined }: Fields, before: ChannelSecrets): Half {
  const wanted = url ?? before.url;
  if (wanted === undefined) throw new CoterieError('BAD_INPUT', 'A webhook needs a url.', { fields: ['url'] });
  const { protocol, origin, hostname, username, password, pathname, search, hash } = new URL(wanted);
  if (username !== '' || password !== '') throw new CoterieError('BAD_INPUT', 'url: a name and a password do not belong into it. Sign the messages with a secret instead.', { fields: ['url'] });
  if (hash !== '') throw new CoterieError('BAD_INPUT', 'url: what is behind a # never leaves this machine.', { fields: ['url'] });
  const key = secret === '' ? undefined : (secret ?? before.secret);
  const warnings = [
    ...(protocol === 'http:' && !isLoopback(hostname) ? ['The messages go over plain http: whoever is between can read them.'] : []),
    ...(key === undefined ? ['Without a secret the messages are not signed: the receiver cannot tell who sent them.'] : []),
  ];
  const address = `${origin}${pathname === '/' && search === '' ? '' : '/...'}`;
  return { settings: { address, signed: key !== undefined, mail: null }, secrets: { url: wanted, ...(key === undefined ? {} : { secret: key }) }, refusals: badAddress(channel, hostname), warnings };
}

function mail(input: Fields, { settings: { mail: old }, secrets }: { settings: ChannelSettings; secrets: ChannelSecrets }): Half {
  const { channel } = input;
  const host = input.host ?? old?.host;
  const from = input.from ?? old?.from;
  const to = input.to ?? old?.to;
  const missing = Object.entries({ host, from, to }).filter(([, value]) => value === undefined).map(([name]) => name);
  if (host === undefined || from === undefined || to === undefined) throw new CoterieError('BAD_INPUT', `Mail needs ${missing.join(', ')}.`, { fields: missing });
  const tls = input.tls ?? old?.tls ?? 'starttls';
  const port = input.port ?? (old && old.tls === tls ? old.port : ports[tls]);
  const user = (input.user === undefined ? (old?.user ?? null) : input.user) || null;
  const password = user === null ? undefined : (input.password ?? secrets.password) || undefined;
  if ((user === null) !== (password === undefined)) throw new CoterieError('BAD_INPUT', user === null ? 'password: whose? Give the user too.' : 'A user needs a password.', { fields: [user === null ? 'user' : 'password'] });
  // Otherwise a password could be read by sending it to a server of one's own.
  if (password !== undefined && input.password === undefined && old !== null && (old.host !== host || old.port !== port)) throw new CoterieError('BAD_INPUT', 'password: give it again when the server changes; a kept one is told to no other server.', { fields: ['password'] });
  const plain: Refusal[] = tls === 'none' && password !== undefined && !isLoopback(host) ? [{ code: 'plainPassword', target: channel, sentence: `The password would go to ${host} unsealed.`, wayOut: 'Use starttls or tls, or a relay that asks for no password.' }] : [];
  const warnings = tls === 'none' && !isLoopback(host) ? ['The mail goes to its server unsealed: whoever is between can read it.'] : [];
  const address = `smtp${tls === 'tls' ? 's' : ''}://${host.includes(':') ? `[${host}]` : host}:${port} to ${to.join(', ')}`;
  return { settings: { address, signed: false, mail: { host, port, tls, user, password: password !== undefined, from, to: [...to] } }, secrets: password === undefined ? {} : { password }, refusals: [...badAddress(channel, host), ...plain], warnings };
}

const bare = (host: string) => host.replace(/^\[|\]$/g, '');
const isLoopback = (host: string) => host === 'localhost' || host === '::1' || bare(host) === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

function badAddress(channel: string, host: string): Refusal[] {
  const address = bare(host);
  const family = isIP(address);
  if (family === 0 || !isRefused({ address, family: family === 6 ? 6 : 4 })) return [];
  return [{ code: 'address', target: channel, sentence: `${address} is an address of the link, of nobody or of everybody: nothing is sent there.`, wayOut: 'Give the address of the receiver.' }];
}

/** A filter that fits nothing is more often a slip than a wish. */
export function filterWarnings(context: Context, { codes, objects }: Pick<ChannelSettings, 'codes' | 'objects'>): string[] {
  const { runtime } = context.services;
  const { instances, replicasets } = runtime.state.overview;
  const known = knownCodes(context);
  const names = new Set([...instances, ...replicasets].flatMap(({ uuid, alias }) => [uuid, alias]).concat(runtime.name));
  return [...codes.filter((code) => !known.has(code)).map((code) => `There is no kind of issue ${code}.`), ...objects.filter((name) => !names.has(name)).map((name) => `Nothing is called ${name} now.`)];
}

export function channelChanges(name: string, before: Made | StoredChannel | null, { settings: after, secrets }: { settings: ChannelSettings; secrets: readonly string[] }): Change[] {
  const path = `alerts.${name}`;
  const old: Readonly<Record<string, unknown>> = before === null ? {} : before.settings;
  const seen = Object.entries(after).flatMap(([field, value]): Change[] => {
    const was = old[field];
    if (JSON.stringify(was ?? null) === JSON.stringify(value ?? null)) return [];
    const change = { path: `${path}.${field}`, after: value, sentence: `${field}: ${was === undefined ? '' : `${wordOf(was)} -> `}${wordOf(value)}` };
    return [was === undefined ? { ...change, kind: 'added' } : { ...change, kind: 'changed', before: was }];
  });
  const hidden = secrets.map((field): Change => ({ path: `${path}.${field}`, kind: before === null ? 'added' : 'changed', ...(before === null ? {} : { before: '(secret)' }), after: '(secret)', sentence: `${field}: new` }));
  return [...seen, ...hidden];
}

const wordOf = (value: unknown): string => (Array.isArray(value) ? (value.length === 0 ? 'all' : value.join(', ')) : typeof value === 'object' && value !== null ? Object.entries(value).map(([key, one]) => `${key} ${String(one)}`).join(', ') : String(value));
