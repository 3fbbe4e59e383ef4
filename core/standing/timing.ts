import type { FailoverSettingsView, TimingView, WorstCaseView } from '~/contract/shapes/failover-status.ts';
import { leaseFor, presets, timingFaults, timingOf, worstCase, worstCaseSentence, type Timing } from '~/core/failover/timing.ts';

/** What follows from a lease, in words: for the settings dialog, which shows it while somebody moves the slider. */

const presetSentences: Readonly<Record<keyof typeof presets, string>> = {
  wan: 'etcd as it comes, or members in several datacentres: heartbeat 100 ms, election 1000 ms.',
  default: 'etcd with heartbeat 50 ms, election 500 ms and --pre-vote, or a stateboard.',
  lan: 'etcd in one building with heartbeat 30 ms, election 300 ms and --pre-vote.',
};

export function timingViewOf(leaseMs: number, providerFailoverMs: number): TimingView {
  const timing = timingOf(leaseMs);
  return {
    leaseMs,
    rows: rowsOf(timing),
    faults: timingFaults(timing, providerFailoverMs),
    worstCase: worstCaseOf(timing),
    providerFailoverMs,
    leaseMsMin: Math.max(leaseMsMin, leaseFor(providerFailoverMs)),
    // The keys are those of the presets.
    presets: (Object.keys(presets) as (keyof typeof presets)[]).map((name) => ({ name, leaseMs: presets[name].timing.leaseMs, providerFailoverMs: presets[name].providerFailoverMs, sentence: presetSentences[name], worstCase: worstCaseOf(presets[name].timing) })),
  };
}

/** What `configure` takes at least. */
const leaseMsMin = 1000;

const worstCaseOf = (timing: Timing): WorstCaseView => ({ ...worstCase(timing), sentence: worstCaseSentence(timing) });

function rowsOf({ leaseMs, renewMs, marginMs, rho, fenceMs, callMs, hearMs, catchUpMs, restartWaitMs, switchMs }: Timing): TimingView['rows'] {
  return [
    { name: 'leaseMs', label: 'Lease', ms: leaseMs, explanation: 'A master that cannot renew for so long has stopped writing; the others wait a little longer than that before one of them leads.' },
    { name: 'writableMs', label: 'Writes after the last renewal', ms: leaseMs - marginMs, explanation: 'The lease less the margin, counted from when the renewal was sent.' },
    { name: 'renewMs', label: 'Renewal', ms: renewMs, explanation: 'A quarter of the lease: one lost renewal is no reason to stop.' },
    { name: 'marginMs', label: 'Margin', ms: marginMs, explanation: `Covers a fence that is ${fenceMs} ms late and clocks that run up to ${rho * 100} % wrong. A smaller one would allow two masters.` },
    { name: 'waitMs', label: 'Wait before a take-over', ms: Math.ceil(leaseMs * (1 + rho)), explanation: 'How long a lease must not have changed before another one may lead, unless the old one has said that it is over.' },
    { name: 'callMs', label: 'Request', ms: callMs, explanation: 'One request to the state provider may take so long: two fit before the end of the lease.' },
    { name: 'hearMs', label: 'Hearing', ms: hearMs, explanation: 'How long members are listened to before one is chosen.' },
    { name: 'catchUpMs', label: 'Catching up', ms: catchUpMs, explanation: 'How long the chosen one may take to fetch rows that another copy has.' },
    { name: 'restartWaitMs', label: 'Waiting for a restart', ms: restartWaitMs, explanation: 'How long a process that ended with rows that nobody else has is waited for, if its agent expects it back.' },
    { name: 'switchMs', label: 'Switchover', ms: switchMs, explanation: 'One that is not decided until then is given up, and the old master writes again.' },
  ];
}

export const timingOfSettings = ({ leaseMs }: Pick<FailoverSettingsView, 'leaseMs'>): TimingView => timingViewOf(leaseMs, presets.default.providerFailoverMs);
