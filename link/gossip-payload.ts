import * as z from 'zod';
import { LifeCycle } from '~/contract/shapes/status.ts';

/** What members tell each other about themselves over gossip: enough to find each other and to see who is behind. */
export const GossipPayload = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('agent'),
    alias: z.string().max(63),
    uri: z.string().max(260),
    http: z.string().max(260),
    zone: z.string().max(63).nullable(),
    state: LifeCycle,
    /** Committed configuration: version and the first 16 hex digits of its hash. */
    config: z.object({ version: z.number().int().nonnegative(), hash: z.string().max(16) }).nullable(),
    replicaset: z.guid().nullable(),
    readOnly: z.boolean().nullable(),
  }),
  z.object({ kind: z.literal('server'), alias: z.string().max(63), url: z.string().max(260), config: z.object({ version: z.number().int(), hash: z.string().max(16) }).nullable() }),
]);
export type GossipPayload = z.output<typeof GossipPayload>;

const bytesMax = 1200;

export function encodePayload(payload: GossipPayload): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  if (bytes.length > bytesMax) throw new Error(`gossip payload of ${bytes.length} bytes; at most ${bytesMax} fit`);
  return bytes;
}

/** Null for members that are not ours (a bare Tarantool), or of a version that we do not understand. */
export function decodePayload(bytes: Uint8Array | undefined): GossipPayload | null {
  if (!bytes || bytes.length === 0 || bytes.length > bytesMax) return null;
  try {
    const parsed = GossipPayload.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
