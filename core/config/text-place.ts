import type { ClusterConfig } from '~/contract/shapes/config.ts';

/**
 * Where the sections stand in a configuration's text. Most versions differ from the one before in user sections only:
 * then what stands around those is the same, letter by letter, and need not be read again.
 */
type Place = { readonly from: number; readonly to: number };

const written = new WeakMap<ClusterConfig, { readonly text: string; readonly place?: Place | null }>();

/** `config` was read from this text. */
export const wasRead = (config: ClusterConfig, text: string): void => void written.set(config, { text });

/** The sections in a text that is otherwise the one that `before` was read from; null where it is not, or what stands there is no JSON. */
export function sectionsIn(text: string, before: ClusterConfig): { readonly sections: unknown; readonly became: (config: ClusterConfig) => void } | null {
  const known = placed(before);
  if (known === null) return null;
  const { from, to } = known.place;
  const behind = known.text.length - to;
  if (text.length < from + behind || !text.startsWith(known.text.slice(0, from)) || !text.endsWith(known.text.slice(to))) return null;
  const place = { from, to: text.length - behind };
  const sections = jsonOf(text.slice(place.from, place.to));
  return sections === undefined ? null : { sections, became: (config) => void written.set(config, { text, place }) };
}

function placed(config: ClusterConfig): { readonly text: string; readonly place: Place } | null {
  const known = written.get(config);
  if (known === undefined) return null;
  const { text, place = placeIn(text) } = known;
  written.set(config, { text, place });
  return place && { text, place };
}

const key = '"sections":';

/** Found by its looks, and then proven: with something else at that place, a text has other sections. */
function placeIn(text: string): Place | null {
  const from = text.indexOf(key) + key.length;
  const sections = fieldOf(jsonOf(text));
  const known = JSON.stringify(sections);
  if (from < key.length || typeof sections !== 'object' || !text.startsWith(known, from)) return null;
  const to = from + known.length;
  return fieldOf(jsonOf(`${text.slice(0, from)}true${text.slice(to)}`)) === true ? { from, to } : null;
}

const fieldOf = (value: unknown): unknown => (typeof value === 'object' && value !== null && 'sections' in value ? value.sections : undefined);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
