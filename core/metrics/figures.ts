import { metricNames, type MetricName } from '~/contract/shapes/metrics.ts';
import type { AgentStatus, DatabaseStatus } from '~/contract/shapes/status.ts';
import type { Report } from '~/core/view/report.ts';

/**
 * From one report, and the counters of the one before, to one figure for each series.
 * A counter that went back, a process that is another one, and a silence in between give no rate: there is none to tell.
 */

export type Heard = Report & {
  /** Round trip to its agent by gossip; null while unknown. */
  readonly rttMs: number | null;
};

type Source = { readonly status: AgentStatus; readonly database: DatabaseStatus | null; readonly clockOffsetMs: number | null; readonly rttMs: number | null };
type Read = (source: Source) => number | null | undefined;
type Reading = { readonly kind: 'gauge' | 'counter'; readonly read: Read };

const gauge = (read: Read): Reading => ({ kind: 'gauge', read });
const counter = (read: Read): Reading => ({ kind: 'counter', read });
const requests = (kind: string): Reading => counter(({ database }) => database?.stat[kind]?.total);

const requestKinds = ['SELECT', 'INSERT', 'REPLACE', 'UPDATE', 'UPSERT', 'DELETE', 'CALL', 'EVAL', 'EXECUTE'] as const;

const readings = {
  requestsPerSecond: counter(({ database }) => database && sumOf(requestKinds.map((kind) => database.stat[kind]?.total))),
  selectsPerSecond: requests('SELECT'),
  insertsPerSecond: requests('INSERT'),
  replacesPerSecond: requests('REPLACE'),
  updatesPerSecond: requests('UPDATE'),
  upsertsPerSecond: requests('UPSERT'),
  deletesPerSecond: requests('DELETE'),
  callsPerSecond: requests('CALL'),
  evalsPerSecond: requests('EVAL'),
  sqlPerSecond: requests('EXECUTE'),
  errorsPerSecond: requests('ERROR'),
  rowsPerSecond: counter(({ database }) => database && sumOf(Object.values(database.vclock))),
  lagSeconds: gauge(({ database }) => database && greatest(database.replication.map(({ upstream }) => upstream?.lagSeconds))),
  memoryUsedBytes: gauge(({ database }) => slab(database)?.arenaUsedBytes),
  memoryArenaBytes: gauge(({ database }) => slab(database)?.arenaBytes),
  memoryReservedBytes: gauge(({ database }) => slab(database)?.quotaUsedBytes),
  memoryQuotaBytes: gauge(({ database }) => slab(database)?.quotaBytes),
  luaMemoryBytes: gauge(({ database }) => database?.memory.lua),
  databaseRssBytes: gauge(({ status }) => alive(status.database?.process)?.rssBytes),
  databaseCpuRatio: gauge(({ status }) => alive(status.database?.process)?.cpuRatio),
  agentRssBytes: gauge(({ status }) => alive(status.process)?.rssBytes),
  agentCpuRatio: gauge(({ status }) => alive(status.process)?.cpuRatio),
  connections: gauge(({ database }) => database?.net?.connections),
  requestsInProgress: gauge(({ database }) => database?.net?.requestsInProgress),
  networkRequestsPerSecond: counter(({ database }) => database?.net?.requests),
  receivedBytesPerSecond: counter(({ database }) => database?.net?.receivedBytes),
  sentBytesPerSecond: counter(({ database }) => database?.net?.sentBytes),
  gossipRttMs: gauge(({ rttMs }) => rttMs),
  gossipSuspected: gauge(({ status: { gossipStats } }) => gossipStats && gossipStats.suspected + gossipStats.dead),
  gossipSentPerSecond: counter(({ status }) => status.gossipStats?.sent),
  gossipReceivedPerSecond: counter(({ status }) => status.gossipStats?.received),
  clockOffsetMs: gauge(({ clockOffsetMs }) => clockOffsetMs),
  diskUsedRatio: gauge(({ status: { disk } }) => (disk.totalBytes > 0 ? 1 - disk.freeBytes / disk.totalBytes : null)),
  bucketsOwned: gauge(({ status: { sharding } }) => sharding?.owned),
} as const satisfies Record<MetricName, Reading>;

/** In the order of `metricNames`. */
const inOrder: readonly Reading[] = metricNames.map((name) => readings[name]);

/** A status on change comes within the second of the last one and often with its very sample. */
const spacingMsMin = 500;
/** Over a longer silence a rate would be an average of a time of which nothing is known. */
const spacingMsMax = 3000;

export class Figures {
  readonly #values = new Float64Array(inOrder.length);
  readonly #counters = new Float64Array(inOrder.length).fill(NaN);
  #takenAt = -Infinity;
  #processes = '';

  /** Null: it says nothing new. The array is the same each time. */
  of({ status, clockOffsetMs, rttMs }: Heard): Float64Array | null {
    const { database } = status;
    // By the agent's clock: how long its words were under way must not bend a rate.
    const takenAt = database?.takenAt ?? status.at;
    const spentMs = takenAt - this.#takenAt;
    if (spentMs >= 0 && spentMs < spacingMsMin) return null;
    const { process: own } = status;
    const processes = `${own.pid} ${database?.process?.pid ?? ''}`;
    const comparable = spentMs > 0 && spentMs <= spacingMsMax && processes === this.#processes;
    this.#takenAt = takenAt;
    this.#processes = processes;
    const source: Source = { status, database: database === null || isBlank(database) ? null : database, clockOffsetMs, rttMs };
    for (const [index, { kind, read }] of inOrder.entries()) {
      const value = read(source) ?? NaN;
      if (kind === 'gauge') {
        this.#values[index] = value;
        continue;
      }
      const grown = value - this.#counters[index]!;
      this.#values[index] = comparable && grown >= 0 ? (grown * 1000) / spentMs : NaN;
      this.#counters[index] = value;
    }
    return this.#values;
  }
}

/** A process that has no box.cfg yet, or does not answer: its figures are placeholders. */
const isBlank = ({ slab: { quotaBytes } }: DatabaseStatus) => quotaBytes === 0;

/** One that ended just now has no memory: nothing is known of it. */
const alive = (of: AgentStatus['process'] | undefined) => (of !== undefined && of.rssBytes > 0 ? of : null);

const slab = (database: DatabaseStatus | null) => database?.slab;

const sumOf = (values: readonly (number | undefined)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

function greatest(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value): value is number => typeof value === 'number');
  return known.length === 0 ? null : Math.max(...known);
}
