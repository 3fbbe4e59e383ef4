import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricNames, type MetricName } from '~/contract/shapes/metrics.ts';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import { Figures } from '~/core/metrics/figures.ts';
import { statusFixture } from '~/tests/support/status.ts';

const start = 1_800_000_000_000;
const heard = (status: AgentStatus) => ({ status, receivedAt: status.at + 30, clockOffsetMs: -4, rttMs: 1.5 });

function figuresOf(figures: Figures, status: AgentStatus): Record<MetricName, number> | null {
  const values = figures.of(heard(status));
  return values && (Object.fromEntries(metricNames.map((name, index) => [name, values[index]])) as Record<MetricName, number>);
}

const rates = metricNames.filter((name) => name.endsWith('PerSecond'));
const database = (status: AgentStatus) => status.database!;

test('gauges are there at once, rates from the second report on', () => {
  const figures = new Figures();
  const first = figuresOf(figures, statusFixture(start))!;
  for (const name of metricNames) expect(Number.isNaN(first[name]), name).toBe(rates.includes(name));
  const second = figuresOf(figures, statusFixture(start + 1000, { counted: 10 }))!;
  expect(second).toEqual({
    requestsPerSecond: 450, selectsPerSecond: 10, insertsPerSecond: 20, replacesPerSecond: 30, updatesPerSecond: 40, upsertsPerSecond: 50, deletesPerSecond: 60, callsPerSecond: 70, evalsPerSecond: 80, sqlPerSecond: 90, errorsPerSecond: 100,
    rowsPerSecond: 10, lagSeconds: 0.5, memoryUsedBytes: 8e6, memoryArenaBytes: 16e6, memoryReservedBytes: 32e6, memoryQuotaBytes: 64e6, luaMemoryBytes: 1e6,
    databaseRssBytes: 90e6, databaseCpuRatio: 0.2, agentRssBytes: 80e6, agentCpuRatio: 0.01, connections: 12, requestsInProgress: 3,
    networkRequestsPerSecond: 200, receivedBytesPerSecond: 500, sentBytesPerSecond: 1000, gossipRttMs: 1.5, gossipSuspected: 3, gossipSentPerSecond: 30, gossipReceivedPerSecond: 20, clockOffsetMs: -4, diskUsedRatio: 0.75, bucketsOwned: 1500,
  });
});

test('a rate is by the time between the samples, not between their arrivals', () => {
  const figures = new Figures();
  figures.of(heard(statusFixture(start)));
  expect(figuresOf(figures, statusFixture(start + 2000, { counted: 10 }))!.rowsPerSecond).toBe(5);
});

test('a status on change with the same sample says nothing new, and spoils no rate', () => {
  const figures = new Figures();
  figures.of(heard(statusFixture(start)));
  const again = statusFixture(start + 900);
  expect(figures.of(heard({ ...again, database: { ...database(again), takenAt: start - 5 } }))).toBeNull();
  expect(figuresOf(figures, statusFixture(start + 1000, { counted: 10 }))!.rowsPerSecond).toBe(10);
});

describe('no rate', () => {
  const rateAfter = (change: (status: AgentStatus) => AgentStatus, { afterMs = 1000, counted = 10 } = {}) => {
    const figures = new Figures();
    figures.of(heard(statusFixture(start, { counted: 5 })));
    return figuresOf(figures, change(statusFixture(start + afterMs, { counted })))!;
  };

  test('of counters that went back', () => {
    const figures = rateAfter((status) => status, { counted: 0 });
    for (const name of rates) expect(figures[name], name).toBeNaN();
  });

  test('across a restart, even where the counters have passed what they were', () => {
    const figures = rateAfter((status) => ({ ...status, database: { ...database(status), process: { ...database(status).process, pid: 12 } } }));
    for (const name of rates) expect(figures[name], name).toBeNaN();
  });

  test('over a silence, nor when the clock of the agent went back', () => {
    for (const afterMs of [3001, 60_000, -1000]) for (const name of rates) expect(rateAfter((status) => status, { afterMs })[name], name).toBeNaN();
  });

  test('and no other figure either where the database is not there, or says nothing yet', () => {
    const own = ['agentRssBytes', 'agentCpuRatio', 'gossipRttMs', 'gossipSuspected', 'gossipSentPerSecond', 'gossipReceivedPerSecond', 'clockOffsetMs', 'diskUsedRatio', 'bucketsOwned'];
    const process = ['databaseRssBytes', 'databaseCpuRatio'];
    const known = (change: (status: AgentStatus) => AgentStatus) => {
      const figures = new Figures();
      figures.of(heard(change(statusFixture(start))));
      const next = figuresOf(figures, change(statusFixture(start + 1000, { counted: 10 })))!;
      return metricNames.filter((name) => !Number.isNaN(next[name]));
    };
    expect(known((status) => ({ ...status, database: null }))).toEqual(own);
    const slab = Object.fromEntries(Object.keys(database(statusFixture(start)).slab).map((key) => [key, 0])) as NonNullable<AgentStatus['database']>['slab'];
    expect(known((status) => ({ ...status, database: { ...database(status), slab, stat: {}, memory: {}, vclock: {} } }))).toEqual([...process, ...own]);
  });
});

test('whatever the counters do, no rate is negative, and what was counted is in the rates', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: -50, max: 200 })), { maxLength: 50 }), (moves) => {
    const figures = new Figures();
    let at = start;
    let counted = 1000;
    figures.of(heard(statusFixture(at, { counted })));
    let taken = counted;
    let takenAt = at;
    for (const [spentMs, grown] of moves) {
      at += spentMs;
      counted = Math.max(0, counted + grown);
      const values = figuresOf(figures, statusFixture(at, { counted }));
      const since = at - takenAt;
      if (since < 500) {
        expect(values).toBeNull();
        continue;
      }
      if (since > 3000 || counted < taken) expect(values!.rowsPerSecond).toBeNaN();
      else expect(values!.rowsPerSecond).toBeCloseTo(((counted - taken) * 1000) / since, 6);
      taken = counted;
      takenAt = at;
    }
  }));
});
