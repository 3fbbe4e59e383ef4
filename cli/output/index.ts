import type { Entry } from '~/contract/index.ts';
import type { ClusterOverview, Issue } from '~/contract/shapes/view.ts';
import type { ClusterMetrics, Metrics } from '~/contract/shapes/metrics.ts';
import type { ChangePreview, FailoverStatus, TimingView } from '~/contract/shapes/failover-status.ts';
import type { RouterDetail, RouterRow } from '~/contract/shapes/router-view.ts';
import type { ShardingHistory, ShardingPlan } from '~/contract/shapes/sharding-plan.ts';
import type { ShardingStatus } from '~/contract/shapes/sharding-status.ts';
import type { DataPage, SpacesView } from '~/contract/shapes/data.ts';
import type { FunctionStats } from '~/contract/shapes/function-view.ts';
import type { IncidentDetail } from '~/contract/shapes/incident.ts';
import type { CodeCheck, CodeDiff, CodeTree } from '~/contract/shapes/code.ts';
import { checkText, diffText, treeText } from './code.ts';
import { dataText, spacesText } from './data.ts';
import { failoverText, incidentText, previewText, timingText } from './failover.ts';
import { functionHistoryText, functionStatsText } from './function.ts';
import { issuesText } from './issues.ts';
import { clusterMetricsText, metricsLine, metricsText } from './metrics.ts';
import { outcomeText, planText, type OutcomeValue } from './plan.ts';
import { routersText, routerText } from './router.ts';
import { shardingLines, shardingText } from './sharding.ts';
import { shardingHistoryText, shardingPlanText } from './sharding-plan.ts';
import { overviewText } from './overview.ts';
import { pick, sheet, table } from './table.ts';
import { cell, localTime, type Style } from './text.ts';

export const formats = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type Format = (typeof formats)[number];

/** The answer of an operation in the format that was asked for. stdout is data: nothing else goes there. */
export async function render(entry: Entry, value: unknown, { format, style }: { format: Format; style: Style }): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(value, null, 2)}\n`;
    case 'yaml':
      return (await import('./yaml.ts')).yamlText(value);
    case 'name':
      return rowsOf(entry, value).map((row) => `${nameOf(row)}\n`).join('');
    case 'table':
    case 'wide':
      return forPeople(entry, value, { wide: format === 'wide', style });
  }
}

function rowsOf(entry: Entry, value: unknown): unknown[] {
  if (entry.operation.kind === 'mutation') return [(value as OutcomeValue).data];
  return Array.isArray(value) ? value : [value];
}

function nameOf(row: unknown): string {
  for (const key of ['alias', 'name', 'version', 'id', 'instance', 'replicaset', 'code', 'path', 'uuid', 'user', 'role']) {
    const value = pick(row, key);
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  }
  return JSON.stringify(row);
}

function forPeople(entry: Entry, value: unknown, { wide, style }: { wide: boolean; style: Style }): string {
  const { operation, name } = entry;
  if (operation.kind === 'mutation') return outcomeText(value as OutcomeValue, style);
  if (name === 'cluster.overview') return overviewText(value as ClusterOverview, style);
  if (name === 'cluster.issues' && !wide) return issuesText(value as Issue[], style);
  if (name === 'failover.status') return failoverText(value as FailoverStatus, { wide, style });
  if (name === 'failover.preview') return previewText(value as ChangePreview, style);
  if (name === 'failover.timing') return timingText(value as TimingView, style);
  if (name === 'failover.incident') return incidentText(value as IncidentDetail, style);
  if (name === 'sharding.status') return shardingText(value as ShardingStatus, { wide, style });
  if (name === 'router.list') return routersText(value as RouterRow[], { wide, style });
  if (name === 'router.status') return routerText(value as RouterDetail, { wide, style });
  if (name === 'sharding.plan') return shardingPlanText(value as ShardingPlan, style);
  if (name === 'sharding.history') return shardingHistoryText(value as ShardingHistory, style);
  if (name === 'code.tree') return treeText(value as CodeTree, style);
  if (name === 'code.get') return (value as { text: string }).text;
  if (name === 'code.diff' && !wide) return diffText(value as CodeDiff[], style);
  if (name === 'code.validate' || name === 'schema.check') return checkText(value as CodeCheck, style);
  if (name === 'function.stats') return functionStatsText(value as FunctionStats, style);
  if (name === 'function.history') return functionHistoryText(value as Parameters<typeof functionHistoryText>[0], 'the function', style);
  if (name === 'function.get') return (value as { body: string }).body;
  if (name === 'schema.export') return (value as { document: string }).document;
  if (name === 'data.spaces') return spacesText(value as SpacesView, style);
  if (name === 'data.browse' || name === 'data.get') return dataText(value as DataPage, style);
  if (name === 'data.export') return (value as { text: string }).text;
  if (name === 'topology.export') return (value as { document: string }).document;
  if (name === 'topology.plan' || name === 'config.validate') return planText(value as OutcomeValue['plan'], style);
  if (name === 'cluster.metrics') return clusterMetricsText(value as ClusterMetrics, style);
  if (name === 'instance.metrics') return metricsText(value as Metrics, style);
  if (name === 'instance.logs') return (value as unknown[]).map((line) => logLine(line)).join('');
  if (!Array.isArray(value)) return sheet(value as Record<string, unknown>, style);
  if (value.length === 0) return '';
  const columns = operation.columns ?? scalarsOf(value[0]);
  return table(value, wide ? [...columns, ...scalarsOf(value[0]).filter((key) => !columns.includes(key))] : columns, style);
}

const scalarsOf = (row: unknown) => Object.entries(row as Record<string, unknown>).filter(([, field]) => typeof field !== 'object' || field === null).map(([key]) => key);

export function logLine(line: unknown): string {
  const { at, source, level, text } = line as { at: number | null; source: string; level: string; text: string };
  return `${at === null ? '-' : localTime(at)} ${source} ${level} ${text}\n`;
}

/** One message of a stream on one line. */
export function streamLine(entry: Entry, message: unknown, { format, style }: { format: Format; style: Style }): string {
  if (format === 'json' || entry.name === 'failover.exportLostRows') return `${JSON.stringify(message)}\n`;
  if (entry.name === 'instance.followLogs') return logLine(message);
  if (entry.name === 'instance.followMetrics') return metricsLine(message as Metrics);
  if (entry.name === 'failover.watch') return failoverText(message as FailoverStatus, { wide: format === 'wide', style });
  if (entry.name === 'sharding.watch') return format === 'wide' ? `${shardingText(message as ShardingStatus, { wide: true, style })}\n` : shardingLines(message as ShardingStatus, style);
  if (entry.name === 'router.watch') return routersText(message as RouterRow[], { wide: format === 'wide', style });
  return `${cell(entry.name, message, style)}\n`;
}
