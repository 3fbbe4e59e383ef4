'use client';
import { NumberInput, Radio, Select, SegmentedControl, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { failsafeWords, modeWords } from '~/app/lib/failover-words.ts';
import { providerAwayMs, settingOf } from '~/app/lib/failover-settings.ts';
import { zoneNames } from '~/app/lib/groups.ts';
import { useFailoverStatus } from '~/app/live/use-failover.ts';
import { failsafes, type failoverModes } from '~/contract/shapes/failover.ts';
import type { FailoverSettingsView } from '~/contract/shapes/failover-status.ts';
import styles from './failover-forms.module.css';
import { LeaseFields } from './failover-lease.tsx';
import { listOf, textOf, type FormProps } from './form.ts';

/** The best first. */
const modesInOrder: readonly (typeof failoverModes)[number][] = ['stateful', 'manual', 'disabled', 'eventual'];

/** How masters are appointed. Only what is changed is sent. */
export function ConfigureFailover(props: FormProps) {
  const status = useFailoverStatus();
  if (status === null) return null;
  const { settings, timing } = status;
  const away = providerAwayMs({ settings, timing });
  return <Fields {...props} now={settings} away={away} />;
}

type Props = FormProps & { readonly now: FailoverSettingsView; readonly away: number };

function Fields(props: Props) {
  const { draft, set, errors, now, away } = props;
  const providerFailoverMs = settingOf(draft, 'providerFailoverMs', away);
  const mode = settingOf(draft, 'mode', now.mode);
  const onMode = (next: string) => {
    set('mode', next, now.mode);
    set('providerFailoverMs', providerFailoverMs);
  };
  const onLease = (ms: number) => {
    set('leaseMs', ms, now.leaseMs);
    set('providerFailoverMs', providerFailoverMs);
  };
  return (
    <>
      <Radio.Group label="Mode" value={mode} onChange={onMode} error={errors.mode}>
        <Stack gap={10} mt={6}>{modesInOrder.map((value) => <Radio key={value} value={value} label={modeWords[value].label} description={modeWords[value].means} />)}</Stack>
      </Radio.Group>
      {(mode === 'stateful' || mode === 'manual') && (
        <>
          <ProviderFields {...props} />
          <LeaseFields leaseMs={settingOf(draft, 'leaseMs', now.leaseMs)} providerFailoverMs={providerFailoverMs} error={errors.leaseMs} onLease={onLease} onProvider={(ms) => set('providerFailoverMs', ms)} />
          <Radio.Group label="Failsafe: when the state provider is lost" value={settingOf(draft, 'failsafe', now.failsafe)} onChange={(next) => set('failsafe', next, now.failsafe)} error={errors.failsafe}>
            <Stack gap={10} mt={6}>{failsafes.map((value) => <Radio key={value} value={value} label={failsafeWords[value].label} description={failsafeWords[value].means} />)}</Stack>
          </Radio.Group>
        </>
      )}
      {mode === 'stateful' && <Automatic {...props} />}
    </>
  );
}

function ProviderFields({ draft, set, errors, now: { provider } }: Props) {
  const kind = settingOf(draft, 'provider', provider?.kind ?? 'stateboard');
  const etcd = provider?.kind === 'etcd' ? provider : null;
  return (
    <div className={styles.group}>
      <span className={styles.label} id="provider-label">State provider</span>
      <SegmentedControl
        aria-labelledby="provider-label"
        fullWidth
        data={[{ value: 'stateboard', label: 'Stateboard' }, { value: 'etcd', label: 'etcd' }]}
        value={kind}
        onChange={(next) => {
          if (next !== 'etcd') for (const field of ['endpoints', 'prefix', 'user', 'tls']) set(field, undefined);
          set('provider', next, provider?.kind);
        }}
      />
      {kind === 'stateboard' ? (
        <p className={styles.quiet}>The one instance with role stateboard. Simple, and one alone: while it is away failsafe decides.</p>
      ) : (
        <>
          <TagsInput label="Endpoints" description="All members, as host:port: requests go to several of them at a time" placeholder="10.0.0.1:2379" value={draft.endpoints === undefined ? [...(etcd?.endpoints ?? [])] : listOf(draft.endpoints)} error={errors.endpoints} onChange={(next) => set('endpoints', next, etcd ? [...etcd.endpoints] : undefined)} />
          <TextInput label="Prefix" description="All keys of this cluster stand below it; two clusters on one prefix are refused" placeholder="/coterie/main" spellCheck={false} value={draft.prefix === undefined ? (etcd?.prefix ?? '') : textOf(draft.prefix)} error={errors.prefix} onChange={(event) => set('prefix', event.currentTarget.value || undefined, etcd?.prefix)} />
          <TextInput label="User" description="Its password is a setting of the agents and never in the configuration" spellCheck={false} autoComplete="off" value={draft.user === undefined ? (etcd?.user ?? '') : textOf(draft.user)} error={errors.user} onChange={(event) => set('user', event.currentTarget.value || undefined, etcd?.user)} />
          <Switch label="TLS" description="By https; the certificates are files that the agents are given" checked={draft.tls === undefined ? (etcd?.tls ?? false) : draft.tls === true} onChange={(event) => set('tls', event.currentTarget.checked, etcd?.tls ?? false)} />
        </>
      )}
    </div>
  );
}

/** What a coordinator does without being asked, and where it stops. */
function Automatic({ draft, set, errors, now, overview }: Props) {
  const zones = zoneNames(overview);
  const zone = settingOf(draft, 'preferredZone', now.preferredZone);
  const autoreturn = settingOf(draft, 'autoreturnSeconds', now.autoreturnSeconds);
  const lossRowsMax = settingOf(draft, 'lossRowsMax', now.lossRowsMax);
  return (
    <>
      <Select label="Preferred zone" description="Masters belong there, as long as nothing is lost by it" placeholder="None" clearable clearButtonProps={{ 'aria-label': 'No preferred zone' }} data={zone !== null && !zones.includes(zone) ? [...zones, zone] : zones} value={zone} error={errors.preferredZone} onChange={(next) => set('preferredZone', next, now.preferredZone)} />
      <Switch label="Autoreturn" description="Leadership goes back to the first in priority once that one has followed without lag for a while" checked={autoreturn !== null} onChange={(event) => set('autoreturnSeconds', event.currentTarget.checked ? (now.autoreturnSeconds ?? 300) : null, now.autoreturnSeconds)} />
      {autoreturn !== null && <NumberInput label="After" suffix=" s" min={1} max={86_400} value={autoreturn} error={errors.autoreturnSeconds} onChange={(next) => typeof next === 'number' && set('autoreturnSeconds', next, now.autoreturnSeconds)} />}
      <Switch label="Limit of rows left behind" description="In durability availability: a promotion that would leave more rows behind waits for a person" checked={lossRowsMax !== null} onChange={(event) => set('lossRowsMax', event.currentTarget.checked ? (now.lossRowsMax ?? 1000) : null, now.lossRowsMax)} />
      {lossRowsMax !== null && <NumberInput label="At most" suffix=" rows" min={0} max={1_000_000} value={lossRowsMax} error={errors.lossRowsMax} onChange={(next) => typeof next === 'number' && set('lossRowsMax', next, now.lossRowsMax)} />}
      <div className={styles.half}>
        <NumberInput label="Failovers at most" description="Of one replicaset; then somebody has to look" min={1} max={100} value={settingOf(draft, 'failoversMax', now.failoversMax)} error={errors.failoversMax} onChange={(next) => typeof next === 'number' && set('failoversMax', next, now.failoversMax)} />
        <NumberInput label="Within" description="A master that comes and goes is worse than none" suffix=" s" min={10} max={86_400} value={settingOf(draft, 'failoverWindowSeconds', now.failoverWindowSeconds)} error={errors.failoverWindowSeconds} onChange={(next) => typeof next === 'number' && set('failoverWindowSeconds', next, now.failoverWindowSeconds)} />
      </div>
    </>
  );
}
