import * as z from 'zod';

export const Uuid = z.guid().describe('UUID');

/** What people call an instance or a replicaset; also the key in cluster.yml. */
export const Alias = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits, dot, dash and underscore, at most 63, starting with a letter or digit');

/** `host:port`; IPv6 hosts stand in brackets. */
export const HostPort = z
  .string()
  .max(260)
  .regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})$/, 'host:port')
  .refine((value) => Number(value.slice(value.lastIndexOf(':') + 1)) <= 65_535, 'port above 65535');

/** Name of an instance or replicaset in an input: alias or uuid. */
export const InstanceRef = z.string().min(1).max(63).describe('Instance: alias or uuid');
export const ReplicasetRef = z.string().min(1).max(63).describe('Replicaset: alias or uuid');

export const Zone = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a zone name');
export const RoleName = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'a role name: small letters, digits and dashes');
export const SectionName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/, 'a section name');

/** The other way round. */
export const descending = z.stringbool().or(z.boolean()).default(false).describe('Biggest or last first');

/** Milliseconds since the epoch, by the clock of the process that reports it. */
export const TimeMs = z.number().int().nonnegative();

/** `90s`, `30m`, `2h`, `1d`. */
export const Length = z.string().regex(/^[1-9]\d{0,5}(s|m|h|d)$/, 'a length such as 90s, 30m, 2h or 1d');

export const page = {
  limit: z.coerce.number().int().min(1).max(1000).default(200).describe('At most this many rows'),
  offset: z.coerce.number().int().min(0).default(0).describe('Skip this many rows'),
};
