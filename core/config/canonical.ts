import type { ClusterConfig } from '~/contract/shapes/config.ts';

/**
 * The one text of a configuration: JSON with sorted keys and no spaces. Equal configurations have equal texts, so
 * the SHA-256 of this text (`link/hash.ts`) names the content. It ends where the document ends: no newline.
 */
export const canonicalText = (config: ClusterConfig): string => canonicalJson(config);

/** Keys in the order of their UTF-16 code units; `undefined` fields are left out, as JSON does. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
}
