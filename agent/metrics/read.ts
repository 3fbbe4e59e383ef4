import type { AgentStatus } from '~/contract/shapes/status.ts';
import type { Gossip } from '~/agent/gossip.ts';
import { exported, type Exported } from './exporter.ts';

/** Gossip runs on a thread of its own; the scrape does not wait longer for it. */
const gossipMs = 1000;

export type MetricsSources = { readonly gossip: Gossip; readonly status: () => AgentStatus; readonly replicaset: () => string | null };

/** Everything asked once, for one scrape. */
export async function readMetrics({ gossip, status, replicaset }: MetricsSources): Promise<string> {
  const { rss: rssBytes, heapUsed: heapUsedBytes } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const figures = { rssBytes, heapUsedBytes, cpuSeconds: (user + system) / 1e6, startedAt: performance.timeOrigin };
  const asked = Promise.all([gossip.table(), gossip.stats()]).then(([members, stats]): Exported['gossip'] => ({ members, stats }));
  return exported({ status: status(), replicaset: replicaset(), process: figures, gossip: await within(asked, gossipMs) });
}

/** Null when it took too long or failed. */
async function within<T>(asked: Promise<T>, timeoutMs: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, null);
  });
  return Promise.race([asked.catch(() => null), late]).finally(() => clearTimeout(timer));
}
