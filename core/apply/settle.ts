import type { ApplyRun, InstanceApply } from './version.ts';

/** What an instance reports of itself, as far as a finished run is concerned. `expelled`: it is fenced as the version wants. */
export type ReportedVersion = { readonly committedVersion: number; readonly appliedVersion: number; readonly reason: string | null; /** What of the version in effect is not in place. */ readonly fault: string | null };

/**
 * A run that ended `partial`, seen again: instances that were away or failed catch up by themselves, and the run is
 * done when all of them have. An instance that a later version no longer has (`gone`) is not waited for.
 * Gives the same object back when nothing has changed.
 */
export function settledRun(run: ApplyRun, reportOf: (uuid: string) => ReportedVersion | null, gone: (uuid: string) => boolean = () => false): ApplyRun {
  if (run.state !== 'partial') return run;
  const instances = run.instances.map((instance) => settledInstance(instance, run.version, { report: reportOf(instance.uuid), gone: gone(instance.uuid) }));
  if (instances.every((instance, index) => instance === run.instances[index])) return run;
  return { ...run, instances, state: instances.every(({ state }) => state === 'applied') ? 'done' : 'partial' };
}

function settledInstance(instance: InstanceApply, version: number, { report, gone }: { report: ReportedVersion | null; gone: boolean }): InstanceApply {
  if (instance.state === 'applied') return instance;
  if (gone) return { ...instance, state: 'applied', message: 'It has left the cluster since.' };
  if (!report) return instance;
  if (report.appliedVersion >= version && report.fault === null) return { ...instance, state: 'applied', message: null };
  if (report.appliedVersion >= version) return instance.state === 'failed' && instance.message === report.fault ? instance : { ...instance, state: 'failed', message: report.fault };
  if (report.committedVersion >= version && report.reason !== null && report.reason !== instance.message) return { ...instance, state: 'failed', message: report.reason };
  return instance;
}
