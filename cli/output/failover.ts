import type { ChangePreview, FailoverStatus, MemberStanding, Move, ReplicasetStanding, TimingView } from '~/contract/shapes/failover-status.ts';
import type { IncidentDetail } from '~/contract/shapes/incident.ts';
import { table } from './table.ts';
import { bold, coloured, dim, localTime, timeText, type Style } from './text.ts';

/** Failover on a terminal, as somebody reads it who was woken by it: what is wrong first, then who leads and who could. */

const columns = ['alias', 'zone', 'is', 'epoch', 'lease', 'behind', 'trouble'];
const wideColumns = ['alias', 'uuid', 'zone', 'is', 'writable', 'epoch', 'lease', 'behind', 'upstream', 'provider', 'reported', 'trouble'];

export function failoverText(status: FailoverStatus, { wide, style }: { wide: boolean; style: Style }): string {
  const { mode, modeSentence, source, provider, coordinators, replicasets, settings, timing } = status;
  const lines = [`${bold(`Failover ${mode}`, style)}  ${modeSentence}`];
  const appoints = mode === 'stateful' || mode === 'manual';
  if (status.pause) lines.push(coloured(`PAUSED by ${status.pause.by}${status.pause.until === null ? '' : ` until ${localTime(status.pause.until)}`}: ${status.pause.reason}. A lost master is not replaced.`, 'warning', style));
  if (appoints && source.kind === 'reports') lines.push(coloured(`By the reports of the agents alone: ${source.why}`, 'warning', style));
  if (appoints && !status.pauseKnown) lines.push(coloured('Whether it is paused is not known: no coordinator says.', 'warning', style));
  if (provider) lines.push(`State provider  ${provider.place}  ${coloured(provider.health, provider.health, style)}  ${provider.sentence}`);
  if (wide) for (const { address, role, error, roundTripMs, alarms } of provider?.endpoints ?? []) lines.push(`  ${address}  ${role ?? '-'}  ${error ?? (alarms.join(', ') || 'ok')}${roundTripMs === null ? '' : `  ${roundTripMs.toFixed(1)} ms`}`);
  if (appoints) {
    const active = coordinators.find((one) => one.active);
    const others = coordinators.filter((one) => one !== active).map(({ alias, heard }) => (heard ? alias : `${alias} (not heard)`));
    lines.push(`Coordinator  ${active ? `${active.alias}, term ${active.term ?? '?'}${active.since === null ? '' : `, since ${timeText(active.since, style.nowMs)}`}` : coloured('none is active', 'critical', style)}${others.length > 0 ? dim(`; standing by: ${others.join(', ')}`, style) : ''}`);
    lines.push(dim(`Lease ${settings.leaseMs} ms, failsafe ${settings.failsafe}. ${timing.worstCase.sentence}`, style));
  }
  const known = replicasets.flatMap(({ members }) => members.map((member) => memberRow(member, style)));
  const parts = replicasets.toSorted((a, b) => rank[a.health] - rank[b.health]).map((one) => replicasetText(one, { wide, style, known }));
  const orders = status.orders.filter(({ finishedAt }) => finishedAt === null).map(({ sentence, by, moves }) => `${bold('Under way', style)}  ${sentence} ${dim(`(${by})`, style)}\n${movesText(moves, style)}`);
  return `${lines.join('\n')}\n\n${[...orders, ...parts].join('\n')}`;
}

const rank = { critical: 0, warning: 1, unknown: 2, ok: 3 } as const;

function replicasetText(one: ReplicasetStanding, { wide, style, known }: { wide: boolean; style: Style; known: readonly unknown[] }): string {
  const head = `${bold(one.alias, style)}  ${coloured(one.sentence, one.health, style)}${one.durability === 'availability' && !wide ? '' : dim(`  durability ${one.durability}`, style)}`;
  const more = wide && one.cause !== null ? dim(`  epoch ${one.epoch} began by ${one.cause}; next: ${one.next?.alias ?? 'nobody'} (${one.nextReason})`, style) : '';
  const rows = one.members.map((member) => memberRow(member, style, one));
  return `${head}${more}\n${table(rows, wide ? wideColumns : columns, style, known)}`;
}

function memberRow(member: MemberStanding, style: Style, replicaset?: ReplicasetStanding): Record<string, unknown> {
  const { alias, uuid, zone, standing, heard, epoch, leaseLeftMs, lagSeconds, writable, upstream, disabled, failsafe } = member;
  const next = replicaset?.next?.uuid === uuid ? ', next' : '';
  return {
    alias, uuid, zone, writable, epoch,
    is: disabled ? 'disabled' : heard ? `${standing ?? (writable ? 'master' : 'replica')}${failsafe ? ', failsafe' : ''}${next}` : 'not heard',
    lease: leaseLeftMs === null ? '-' : `${(leaseLeftMs / 1000).toFixed(1)} s`,
    behind: lagSeconds === null ? '-' : `${lagSeconds.toFixed(2)} s`,
    upstream: upstream?.alias ?? '-',
    provider: member.provider === null ? '-' : (member.provider.error ?? 'reached'),
    reported: member.reportedAt === null ? 'never' : timeText(member.reportedAt, style.nowMs),
    trouble: [member.diverged === null ? null : `diverged: ${member.diverged}`, member.obstacle, member.lostRows > 0 ? `${member.lostRows} files of lost rows` : null].filter((text) => text !== null).join(' ') || '-',
  };
}

export const movesText = (moves: readonly Move[], style: Style): string => table(moves.map(({ replicaset, from, to, state, sentence }) => ({ replicaset: replicaset.alias, from: from?.alias, to: to?.alias, state, sentence })), ['replicaset', 'from', 'to', 'state', 'sentence'], style);

export function previewText({ sentence, possible, expectedPauseMs, worstPauseMs, rowsSentence, candidates, routers, steps, refusals, warnings, kind }: ChangePreview, style: Style): string {
  const lines = [bold(sentence, style)];
  if (possible) lines.push(`No writes for about ${expectedPauseMs} ms, at worst ${(worstPauseMs / 1000).toFixed(1)} s${kind === 'switchover' ? '; then it is given up and the old master writes again' : ''}.`, `Rows: ${rowsSentence}`);
  if (routers.length > 0) lines.push(`Routers that follow: ${routers.map(({ alias }) => alias).join(', ')}`);
  lines.push('', ...steps.map((step, index) => `  ${index + 1}. ${step}`), '', table(candidates, ['alias', 'zone', 'master', 'can', 'chosen', 'rowsBehind', 'why'], style).trimEnd());
  lines.push(...warnings.map((warning) => coloured(`Warning: ${warning}`, 'warning', style)), ...refusals.map((refusal) => coloured(`Refused: ${refusal}`, 'refused', style)));
  return `${lines.join('\n')}\n`;
}

export function timingText({ rows, faults, worstCase, presets, providerFailoverMs, leaseMsMin }: TimingView, style: Style): string {
  const lines = [table(rows.map(({ label, ms, explanation }) => ({ timing: label, ms, explanation })), ['timing', 'ms', 'explanation'], style).trimEnd(), '', bold(worstCase.sentence, style), `The state provider may be away for ${providerFailoverMs} ms when it changes its leader; that needs a lease of at least ${leaseMsMin} ms.`];
  lines.push(...faults.map((fault) => coloured(`Wrong: ${fault}`, 'refused', style)), '', ...presets.map(({ name, leaseMs, sentence }) => dim(`${name}: ${leaseMs} ms. ${sentence}`, style)));
  return `${lines.join('\n')}\n`;
}

export function incidentText(incident: IncidentDetail, style: Style): string {
  const { sentence, startedAt, state, cause, readOnlySentence, rowsSentence, evidence, timeline, notes, id, lostRows } = incident;
  const lines = [bold(sentence, style), dim(`${id}  ${state}${cause === null ? '' : `  ${cause}`}  from ${localTime(startedAt)}`, style), readOnlySentence, rowsSentence];
  for (const { instance, name, rows } of lostRows) lines.push(`  ${instance.alias}: ${rows} rows in ${name}`);
  if (evidence.length > 0) lines.push('', bold('Evidence', style), ...evidence.map((one) => `  ${one}`));
  lines.push('', bold('Timeline', style), ...timeline.map(({ sinceStartMs, source, sentence: what, actor }) => `  ${`${sinceStartMs < 0 ? '-' : '+'}${(Math.abs(sinceStartMs) / 1000).toFixed(3)} s`.padStart(11)}  ${source.padEnd(11)}  ${what}${actor === null || what.includes(actor) ? '' : dim(` (${actor})`, style)}`));
  lines.push(...notes.map((note) => dim(`Note: ${note}`, style)));
  return `${lines.join('\n')}\n`;
}
