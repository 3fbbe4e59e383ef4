import type { ClusterOverview, ClusterUpdate, InstanceView } from '~/contract/shapes/view.ts';
import { issuesText } from './issues.ts';
import { table } from './table.ts';
import { bold, coloured, dim, localTime, type Style } from './text.ts';

/** The cluster on one screen: what is wrong first, then each replicaset with its instances. */

const columns = ['alias', 'uri', 'leadership', 'state', 'zone', 'lagSeconds', 'memoryUsedBytes', 'reportedAt', 'healthSentence'];

export function overviewText(overview: ClusterOverview, style: Style): string {
  const { name, health, configVersion, configAt, failoverMode, issues, replicasets, instances } = overview;
  const at = configAt === null ? '' : ` of ${localTime(configAt)}`;
  const parts = [`${bold(name, style)}  ${coloured(health, health, style)}  configuration ${configVersion}${at}  failover ${failoverMode}\n`];
  const counted = issues.filter(({ muted }) => muted === undefined);
  if (counted.length > 0) parts.push(issuesText(counted, style));
  if (counted.length < issues.length) parts.push(`${dim(`${issues.length - counted.length} muted: \`coterie cluster issues --muted\``, style)}\n`);
  const byUuid = new Map(instances.map((instance) => [instance.uuid, instance]));
  for (const replicaset of replicasets) {
    const rows = replicaset.instances.flatMap((uuid) => byUuid.get(uuid) ?? []);
    const head = `${bold(replicaset.alias, style)}  ${replicaset.roles.join(', ') || 'no roles'}  ${coloured(replicaset.healthSentence, replicaset.health, style)}`;
    parts.push(`${head}\n${table(rows, columns, style, instances)}`);
  }
  const unconfigured = instances.filter(({ configured, expelled }) => !configured && !expelled);
  if (unconfigured.length > 0) parts.push(`${bold('Unconfigured', style)}  ${dim('join them with `coterie instance join` or `coterie replicaset create`', style)}\n${table(unconfigured, columns, style, instances)}`);
  return parts.join('\n');
}

/** What `cluster watch` prints: the whole once, then a line for each thing that changed its mind. */
export class WatchText {
  readonly #sentences = new Map<string, string>();

  constructor(readonly style: Style) {}

  next(update: ClusterUpdate): string {
    switch (update.kind) {
      case 'snapshot':
        for (const { uuid, healthSentence } of update.overview.instances) this.#sentences.set(uuid, wordsOf(healthSentence));
        return overviewText(update.overview, this.style);
      case 'delta':
        return update.instances.map((instance) => this.#changed(instance, update.serverTime)).join('');
      case 'gap':
        return '';
    }
  }

  #changed({ uuid, alias, health, healthSentence }: InstanceView, atMs: number): string {
    const words = wordsOf(healthSentence);
    if (this.#sentences.get(uuid) === words) return '';
    this.#sentences.set(uuid, words);
    return `${localTime(atMs)}  ${alias}  ${coloured(health, health, this.style)}  ${healthSentence}\n`;
  }
}

/** Ages tick inside the sentences: a new number is no news. */
const wordsOf = (sentence: string) => sentence.replaceAll(/\d+/g, '#');
