import * as z from 'zod';
import { page, TimeMs } from './shapes/basics.ts';
import { ObjectRef, Severity } from './shapes/view.ts';
import { mutation, query } from './operation.ts';

/** Who is told of issues outside of the dashboard: channels, silences, and what became of each message. */

export const channelKinds = ['webhook', 'mail'] as const;
export const tlsModes = ['none', 'starttls', 'tls'] as const;
export const deliveryKinds = ['issues', 'test'] as const;
export const deliveryStates = ['queued', 'sent', 'failed'] as const;

const ChannelName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'small letters, digits and dashes').describe('Name of the channel');
const Address = z.string().max(254).regex(/^[^\s@<>,;"]+@[^\s@<>,;"]+$/, 'an address like ops@example.com');
const hoursMax = 90 * 24;

/** A webhook's address is often a secret by itself, so it is never shown whole. */
const target = {
  url: z.url({ protocol: /^https?$/, error: 'an http or https URL' }).max(2000).describe('Webhook: where to POST to. Kept sealed, since many such URLs are secrets'),
  secret: z.string().min(8, 'at least 8 characters').max(200).describe('Webhook: key of the signature'),
  host: z.string().max(253).regex(/^[A-Za-z0-9.:_-]+$/, 'a host name or an address').describe('Mail: SMTP server'),
  port: z.number().int().min(1).max(65_535).describe('Mail: its port; 587 for starttls, 465 for tls and 25 for none where absent'),
  tls: z.enum(tlsModes).describe('Mail: how the connection is sealed; starttls where absent'),
  user: z.string().max(200).describe('Mail: name to sign in with'),
  password: z.string().max(200).describe('Mail: password to sign in with'),
  from: Address.describe('Mail: sender'),
  to: z.array(Address).min(1).max(20).describe('Mail: receivers'),
};

const rules = {
  minSeverity: Severity.describe('Tell of issues of this severity and above'),
  codes: z.array(z.string().max(64)).max(100).describe('Only of these kinds of issues; none means all'),
  objects: z.array(z.string().max(63)).max(100).describe('Only about these instances and replicasets (with their instances): alias or uuid; none means all'),
  forSeconds: z.number().int().min(0).max(86_400).describe('Only of what has lasted for so long: a blip wakes nobody'),
  repeatHours: z.number().min(0).max(24 * 30).describe('Remind of what is critical and not acknowledged after so many hours, again and again; 0: never'),
  enabled: z.boolean().describe('Whether it is told anything'),
};

const ruleDefaults = {
  minSeverity: rules.minSeverity.default('warning'),
  codes: rules.codes.default([]),
  objects: rules.objects.default([]),
  forSeconds: rules.forSeconds.default(10),
  repeatHours: rules.repeatHours.default(0),
  enabled: rules.enabled.default(true),
};

/** Each optional: for an edit, which names only what changes. */
type Optional<S extends Record<string, z.ZodType>> = { [K in keyof S]: z.ZodOptional<S[K]> };
function optional<S extends Record<string, z.ZodType>>(shape: S): Optional<S> {
  // The same keys, each wrapped, which Object.fromEntries forgets.
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, field.optional().describe(field.description ?? name)])) as Optional<S>;
}

export const AlertChannel = z.object({
  name: z.string(),
  kind: z.enum(channelKinds),
  ...rules,
  /** "https://hooks.example.com/..." or "smtp://mail.example.com:587 to ops@example.com". No secret is in it. */
  address: z.string(),
  /** Of a webhook: its messages are signed. */
  signed: z.boolean(),
  /** Null for a webhook. The password is only said to be there. */
  mail: z.object({ host: z.string(), port: z.number().int(), tls: z.enum(tlsModes), user: z.string().nullable(), password: z.boolean(), from: z.string(), to: z.array(z.string()) }).nullable(),
  by: z.string(),
  at: TimeMs,
  queued: z.number().int().nonnegative().describe('Messages that wait'),
  lastSentAt: TimeMs.nullable(),
  /** Since the first attempt that failed, with what the last one was told; null while it works. */
  failing: z.object({ since: TimeMs, error: z.string() }).nullable(),
});

export const AlertSilence = z.object({
  id: z.string(),
  code: z.string().nullable(),
  object: ObjectRef.nullable(),
  severity: Severity.nullable(),
  by: z.string(),
  at: TimeMs,
  until: TimeMs,
  reason: z.string(),
  hides: z.number().int().nonnegative().describe('Open issues that nobody is told of because of it'),
});

export const AlertDelivery = z.object({
  id: z.number().int(),
  /** The same at each attempt, and in the message: what arrives twice can be told by it. */
  message: z.string(),
  at: TimeMs,
  channel: z.string(),
  kind: z.enum(deliveryKinds),
  subject: z.string(),
  state: z.enum(deliveryStates),
  attempts: z.number().int().nonnegative(),
  /** When it is tried again; null once it has ended. */
  nextAt: TimeMs.nullable(),
  endedAt: TimeMs.nullable(),
  /** What the other side said, or why it could not be asked. */
  answer: z.string().nullable(),
});

const Named = z.object({ channel: z.string(), sentence: z.string() });
const SilenceId = z.string().min(1).max(64).describe('Silence: its id');

export const alert = {
  channels: query({
    summary: 'Where alerts go, and whether they arrive',
    details: 'Without secrets: of a webhook only scheme and host are shown.',
    role: 'viewer',
    input: z.object({}),
    output: z.array(AlertChannel),
    columns: ['name', 'kind', 'address', 'minSeverity', 'enabled', 'queued', 'lastSentAt', 'failing.error'],
  }),
  addChannel: mutation({
    summary: 'Add a channel: a webhook or mail',
    details: 'It is told at once of what is open already and fits. Issues that begin together make one message; who was told of a beginning is told of the end.',
    role: 'admin',
    subject: ['channel'],
    secrets: ['url', 'secret', 'password'],
    input: { channel: ChannelName, kind: z.enum(channelKinds).describe('webhook or mail'), ...optional(target), ...ruleDefaults },
    data: Named,
  }),
  editChannel: mutation({
    summary: 'Change a channel',
    details: 'What is not named stays, secrets too. An empty secret, user or password takes it away.',
    role: 'admin',
    subject: ['channel'],
    secrets: ['url', 'secret', 'password'],
    input: { channel: ChannelName, ...optional({ ...target, secret: target.secret.or(z.literal('')).describe(target.secret.description!), ...rules }) },
    data: Named,
  }),
  removeChannel: mutation({
    summary: 'Remove a channel',
    details: 'What waits for it is dropped; its past deliveries stay listed.',
    role: 'admin',
    subject: ['channel'],
    input: { channel: ChannelName },
    data: Named,
    danger: (input) => `Nobody is told of issues over ${input.channel} any more.`,
  }),
  test: mutation({
    summary: 'Send a test message and show the answer',
    details: 'A real message, marked as a test, over the same way as any other. It waits for the other side, at most 20 s, and is not tried again.',
    role: 'admin',
    subject: ['channel'],
    input: { channel: ChannelName },
    data: z.object({ channel: z.string(), delivered: z.boolean(), answer: z.string().describe('What the other side said, or why it could not be asked'), tookMs: z.number(), sentence: z.string() }),
  }),
  silence: mutation({
    summary: 'Send no alerts for a time: of a kind, about an object, up to a severity, or none at all',
    details: 'It only stops messages. The issues stay listed and counted (`issue mute` takes them out of the counts and stops their messages too). What is still there when the silence ends is told then; the end of what was told before is told all the same.',
    role: 'operator',
    input: {
      code: z.string().max(64).optional().describe('Only this kind of issue, as in clock-offset'),
      object: z.string().max(63).optional().describe('Only about this instance, or this replicaset with its instances: alias or uuid'),
      severity: Severity.optional().describe('Only of this severity and below: with warning, what is critical is still told'),
      hours: z.number().min(0.05).max(hoursMax).describe('Ends after so many hours; 0.5 is half an hour'),
      reason: z.string().trim().min(1).max(500).describe('Why: shown beside it and in the audit log'),
    },
    data: z.object({ id: z.string(), until: TimeMs, sentence: z.string() }),
  }),
  unsilence: mutation({ summary: 'End a silence', role: 'operator', subject: ['id'], input: { id: SilenceId }, data: z.object({ id: z.string(), sentence: z.string() }) }),
  silences: query({
    summary: 'Silences in force, by whom, why and until when',
    role: 'viewer',
    input: z.object({}),
    output: z.array(AlertSilence),
    columns: ['id', 'code', 'object.name', 'severity', 'until', 'by', 'reason', 'hides'],
  }),
  deliveries: query({
    summary: 'Messages that were sent or tried, newest first, with the answer of the other side',
    role: 'viewer',
    input: z.object({
      channel: z.string().max(63).optional().describe('Only over this channel'),
      state: z.enum(deliveryStates).optional().describe('Only in this state'),
      before: z.coerce.number().int().optional().describe('Only those with a lower id: for paging back'),
      limit: page.limit,
    }),
    output: z.array(AlertDelivery),
    columns: ['at', 'channel', 'kind', 'state', 'subject', 'attempts', 'answer'],
  }),
};
