import * as z from 'zod';
import { Uuid } from '~/contract/shapes/basics.ts';
import { Vclock } from '~/contract/shapes/status.ts';
import type { Command } from '~/core/failover/coordinator-messages.ts';
import type { MemberAnswer, MemberRequest } from '~/core/failover/messages.ts';

/** What coordinators and members say to each other, as it comes over the network: the types are those of `core/failover`. */

const Epoch = z.number().int().nonnegative();
const timeoutMs = z.number().min(1).max(60_000);

export const MemberRequestBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hear'), consentTo: Epoch.nullable() }),
  z.object({ kind: z.literal('promise'), epoch: Epoch, leaseMs: z.number().min(0).max(3_600_000) }),
  z.object({ kind: z.literal('freeze'), epoch: Epoch, revision: z.number().int() }),
  z.object({ kind: z.literal('catchUp'), epoch: Epoch, from: Uuid.nullable(), vclock: Vclock, timeoutMs, cut: z.number().int().nullable().default(null) }),
]) satisfies z.ZodType<MemberRequest>;

const Policy = z.object({ voters: z.array(Uuid).max(64).readonly(), copies: z.number().int(), promises: z.number().int(), gate: z.number().int() });
const JournalEntry = z.object({ epoch: Epoch, master: z.string(), origin: z.string(), start: Vclock, after: z.object({ epoch: Epoch, master: z.string() }).nullable() });

export const InstanceReportBody = z.object({
  life: z.number(),
  hasData: z.boolean(),
  origin: z.string(),
  epoch: Epoch,
  demoted: Epoch.nullable(),
  promoted: Epoch.nullable(),
  // This, `gated` and `gap` instances of earlier versions do not say.
  turn: z.number().default(0),
  frozen: z.boolean(),
  writable: z.boolean(),
  gated: z.string().nullable().default(null),
  unleased: z.boolean(),
  upstream: z.string().nullable(),
  gap: z.string().nullable().default(null),
  copy: z.object({ vclock: Vclock, journal: z.array(JournalEntry).max(64).readonly() }),
  acks: z.array(Policy).max(4).readonly(),
  sick: z.string().nullable(),
  busy: z.string().nullable().default(null),
});

export const MemberAnswerBody = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('heard'),
    report: InstanceReportBody.nullable(),
    epoch: Epoch,
    consent: z.discriminatedUnion('given', [z.object({ given: z.literal(true) }), z.object({ given: z.literal(false), why: z.string() })]).nullable(),
  }),
  z.object({ kind: z.literal('promised'), given: z.boolean() }),
  z.object({ kind: z.literal('frozen'), vclock: Vclock.nullable() }),
  z.object({ kind: z.literal('caughtUp'), copy: InstanceReportBody.shape.copy.nullable(), offer: z.object({ origin: z.string() }).nullable().default(null) }),
]) satisfies z.ZodType<MemberAnswer>;

type Ordered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** An order of a person. The coordinator gives it its id. */
export const CommandBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('switchover'), replicaset: Uuid, target: Uuid.nullable(), cause: z.enum(['switchover', 'autoreturn']) }),
  z.object({ kind: z.literal('promote'), replicaset: Uuid, target: Uuid, force: z.boolean() }),
]) satisfies z.ZodType<Ordered<Command>>;
export type CommandBody = z.output<typeof CommandBody>;
