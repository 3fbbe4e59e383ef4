'use client';
import { NumberInput, SegmentedControl, Skeleton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { durationText, fineText } from '~/app/lib/format.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import type { TimingView } from '~/contract/shapes/failover-status.ts';
import styles from './failover-forms.module.css';

type Props = {
  readonly leaseMs: number;
  readonly providerFailoverMs: number;
  readonly error: string | undefined;
  readonly onLease: (ms: number) => void;
  readonly onProvider: (ms: number) => void;
};

const custom = 'other';
const presetWords: Readonly<Record<string, string>> = { lan: 'LAN', default: 'Default', wan: 'WAN' };
const askedAfterMs = 150;
const limits = { lease: [1000, 60_000], provider: [10, 30_000] } as const;
const within = (ms: number, [least, most]: readonly [number, number]) => Number.isInteger(ms) && ms >= least && ms <= most;

/** The one time that a person chooses, and everything that follows from it, by the formulas that the agents count by. */
export function LeaseFields({ leaseMs, providerFailoverMs, error, onLease, onProvider }: Props) {
  const api = useApi();
  const [asked] = useDebouncedValue({ leaseMs, providerFailoverMs }, askedAfterMs);
  const { data } = useQuery({ queryKey: ['failover', 'timing', asked], queryFn: () => api.failover.timing.query(asked), enabled: within(asked.leaseMs, limits.lease) && within(asked.providerFailoverMs, limits.provider), placeholderData: keepPreviousData, staleTime: Infinity });
  const preset = data?.presets.find((one) => one.leaseMs === leaseMs && one.providerFailoverMs === providerFailoverMs);
  return (
    <div className={styles.group}>
      <span className={styles.label} id="lease-label">Lease</span>
      <p className={styles.quiet}>How long a master may write without having renewed. Shorter: a lost host is replaced sooner. Longer: a state provider that is away for a moment goes unnoticed.</p>
      {data === undefined ? <Skeleton height={36} /> : (
        <SegmentedControl
          aria-labelledby="lease-label"
          fullWidth
          data={[...data.presets.toSorted((a, b) => a.leaseMs - b.leaseMs).map(({ name, leaseMs: ms }) => ({ value: name, label: `${presetWords[name] ?? name} ${ms / 1000} s` })), { value: custom, label: 'Other' }]}
          value={preset?.name ?? custom}
          onChange={(next) => {
            const chosen = data.presets.find(({ name }) => name === next);
            onLease(chosen?.leaseMs ?? leaseMs + 100);
            // After the lease, which says again what is shown of the provider.
            if (chosen) onProvider(chosen.providerFailoverMs);
          }}
        />
      )}
      {preset && <p className={styles.quiet}>{preset.sentence}</p>}
      <div className={styles.half}>
        <NumberInput label="Length" description="Of a lease" suffix=" ms" min={limits.lease[0]} max={limits.lease[1]} step={100} allowNegative={false} allowDecimal={false} clampBehavior="none" error={error} value={leaseMs} onChange={(next) => typeof next === 'number' && onLease(next)} />
        <NumberInput label="The provider is away for" description="When it changes its leader; a lease has to outlive it" suffix=" ms" min={limits.provider[0]} max={limits.provider[1]} step={100} allowNegative={false} allowDecimal={false} clampBehavior="none" value={providerFailoverMs} onChange={(next) => typeof next === 'number' && onProvider(next)} />
      </div>
      {data && <Follows timing={data} onLease={onLease} />}
    </div>
  );
}

function Follows({ timing: { faults, worstCase, rows, leaseMsMin, providerFailoverMs }, onLease }: { timing: TimingView; onLease: (ms: number) => void }) {
  const worst = [
    { name: 'A database process ends', ms: worstCase.processLostMs },
    { name: 'Its host is lost or cut off', ms: worstCase.hostLostMs },
    { name: 'A switchover is given up', ms: worstCase.switchoverMs },
  ];
  const longest = Math.max(...worst.map(({ ms }) => ms));
  return (
    <>
      <section aria-label="Worst case" className={styles.worst} data-testid="worst-case" data-host-lost={worstCase.hostLostMs}>
        <h4>Nobody can write, at worst, for</h4>
        <dl>{worst.map(({ name, ms }) => <div key={name}><dt>{name}</dt><dd><span aria-hidden style={{ width: `${(ms / longest) * 60}%` }} /><b className="number">{(ms / 1000).toFixed(1)} s</b></dd></div>)}</dl>
      </section>
      <div className={styles.relations} data-testid="relations" role="status">
        {faults.length === 0
          ? <HealthMark health="ok" size={13}>{`All relations hold: no two masters, and a change of leader of ${durationText(providerFailoverMs)} is outlived.`}</HealthMark>
          : faults.map((fault) => <HealthMark key={fault} health="critical" size={13}>{fault}</HealthMark>)}
        {faults.length > 0 && <button type="button" className={styles.use} onClick={() => onLease(leaseMsMin)}>Take {fineText(leaseMsMin)}, the shortest that holds</button>}
      </div>
      <details className={styles.times}>
        <summary>Every time that follows from it</summary>
        <dl>{rows.map(({ name, label, ms, explanation }) => <div key={name}><dt>{label}</dt><dd><b className="number">{Math.round(ms)} ms</b> {explanation}</dd></div>)}</dl>
      </details>
    </>
  );
}
