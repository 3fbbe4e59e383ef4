import { ClusterConfig } from '~/contract/shapes/config.ts';
import { refusal, type Refusal } from '~/core/topology/refusal.ts';
import { validateConfig, type Reading } from '~/core/topology/validate.ts';
import { sectionsIn, wasRead } from './text-place.ts';

/**
 * From a configuration's text, as it travels and lies on disk, to the value: shape first, then what must hold in it.
 * `before`: what it follows upon, as this function gave it. It only makes this quicker.
 */
export function parseConfig(text: string, before: ClusterConfig | null = null, reading?: Reading): { config: ClusterConfig | null; refusals: Refusal[] } {
  const alike = before && withOtherSections(text, before);
  if (alike !== null) return { config: alike, refusals: validateConfig(alike, before, reading) };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { config: null, refusals: [refusal('badShape', 'configuration', [`The configuration is not JSON: ${error instanceof Error ? error.message : String(error)}`, 'Fetch it again from another member.'])] };
  }
  const parsed = ClusterConfig.safeParse(value);
  if (!parsed.success) {
    const refusals = parsed.error.issues.slice(0, 20).map(({ path, message }) => refusal('badShape', `/${path.join('/')}`, [`/${path.join('/')}: ${message}.`, 'Correct the value; it may come from a newer version of Coterie.']));
    return { config: null, refusals };
  }
  wasRead(parsed.data, text);
  return { config: parsed.data, refusals: validateConfig(parsed.data, null, reading) };
}

/** All but the sections is taken from `before`, where its shape has been checked. */
function withOtherSections(text: string, before: ClusterConfig): ClusterConfig | null {
  const read = sectionsIn(text, before);
  if (read === null || typeof read.sections !== 'object' || read.sections === null || Array.isArray(read.sections)) return null;
  const texts = read.sections as Record<string, unknown>;
  const fresh: Record<string, unknown> = {};
  for (const name of Object.keys(texts)) {
    // A text that was there stays the same value: who compares the two versions need not read it.
    if (texts[name] === before.sections[name] && Object.hasOwn(before.sections, name)) texts[name] = before.sections[name];
    else Object.defineProperty(fresh, name, { value: texts[name], enumerable: true });
  }
  const parsed = ClusterConfig.shape.sections.safeParse(fresh);
  if (!parsed.success || Object.keys(parsed.data).length < Object.keys(fresh).length) return null;
  const config = { ...before, sections: Object.assign(texts, parsed.data) as ClusterConfig['sections'] };
  read.became(config);
  return config;
}
