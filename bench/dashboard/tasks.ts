import type { Browser, Page } from 'playwright-core';

/**
 * The tasks of the page's own thread, from Chromium's trace, each with the processor time in it. A long task that hardly
 * ran was kept waiting by whatever else this machine does: no page can help that, and no person would see it on another machine.
 */
export type Task = { readonly durationMs: number; readonly cpuMs: number };
export type Tasks = { readonly longest: Task; readonly most: Task; readonly long: number; readonly busy: number };

type TraceEvent = { readonly name: string; readonly ph: string; readonly pid: number; readonly tid: number; readonly dur?: number; readonly tdur?: number; readonly args?: { readonly name?: string } };
const none: Task = { durationMs: 0, cpuMs: 0 };
const worthMs = 100;

/** `long` counts those over 100 ms by the clock, `busy` those that worked that long. One page may be open. */
export async function tasksOf(browser: Browser, page: Page, during: () => Promise<void>): Promise<Tasks> {
  await browser.startTracing(page, { categories: ['toplevel'] });
  await during();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const threads = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf));
  const tasks = traceEvents.filter((event) => event.ph === 'X' && event.name.endsWith('RunTask') && threads.has(threadOf(event))).map(({ dur = 0, tdur = 0 }) => ({ durationMs: dur / 1000, cpuMs: tdur / 1000 }));
  if (tasks.length === 0) throw new Error('the trace of Chromium names no task of a page: its format has changed');
  return {
    longest: tasks.reduce((a, b) => (b.durationMs > a.durationMs ? b : a), none),
    most: tasks.reduce((a, b) => (b.cpuMs > a.cpuMs ? b : a), none),
    long: tasks.filter(({ durationMs }) => durationMs > worthMs).length,
    busy: tasks.filter(({ cpuMs }) => cpuMs > worthMs).length,
  };
}

const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;

export const tasksText = ({ longest, most, long, busy }: Tasks): string =>
  `${busy} worked so long, the most ${Math.round(most.cpuMs)} ms; by the clock ${long}, the longest ${Math.round(longest.durationMs)} ms, of which it worked ${Math.round(longest.cpuMs)}`;
