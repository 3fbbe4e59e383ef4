import { ClusterConfig } from '~/contract/shapes/config.ts';
import { refusal, type Refusal } from '~/core/topology/refusal.ts';
import { validateConfig, type Reading } from '~/core/topology/validate.ts';

/** From a configuration's text, as it travels and lies on disk, to the value: shape first, then what must hold in it. */
export function parseConfig(text: string, reading?: Reading): { config: ClusterConfig | null; refusals: Refusal[] } {
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
  return { config: parsed.data, refusals: validateConfig(parsed.data, reading) };
}
