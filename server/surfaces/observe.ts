import type { Logger } from 'pino';
import { CoterieError, problemOf } from '~/contract/errors.ts';
import type { Exposition } from '~/core/metrics/exposition.ts';
import type { Observed } from './execute.ts';
import type { ServerFamilies } from './families.ts';

/** Every call in the metrics, every defect in the log. Inputs are never logged: they may hold secrets. */
export function observing(log: Logger, metrics: Exposition<ServerFamilies>) {
  return ({ call, tookMs, error }: Observed): void => {
    const { entry, context } = call;
    const outcome = error === null ? 'OK' : problemOf(error).code;
    metrics.add('coterie_calls_total', { labels: { operation: entry.name, surface: context.surface, outcome } });
    if (entry.operation.kind !== 'stream') metrics.observe('coterie_call_seconds', { labels: { kind: entry.operation.kind }, seconds: tookMs / 1000 });
    const about = { operation: entry.name, surface: context.surface, user: context.actor?.user, requestId: context.requestId, tookMs: Math.round(tookMs) };
    if (error !== null && !(error instanceof CoterieError)) log.error({ ...about, err: error }, 'a call failed');
    else if (error !== null) log.debug({ ...about, code: outcome }, problemOf(error).detail);
    else if (entry.operation.kind === 'mutation') log.info(about, 'a call changed something');
  };
}
