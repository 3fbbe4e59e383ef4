'use client';
import { NumberInput, SegmentedControl, Select, Switch, TagsInput, TextInput } from '@mantine/core';
import { useChannels } from '~/app/alerts/use-alerts.ts';
import styles from '~/app/alerts/alerts.module.css';
import type { ChannelRow } from '~/app/lib/alerts.ts';
import { severityWords } from '~/app/lib/issues.ts';
import { useIssueCodes } from '~/app/operations/issue-codes.tsx';
import { severities } from '~/contract/shapes/view.ts';
import { MailFields, WebhookFields } from './alert-targets.tsx';
import { listOf, textOf, type FormProps } from './form.ts';

/** A new channel: where to, then what it is told of. */
export function AddChannel(props: FormProps) {
  const { draft, set, errors } = props;
  const kind = draft.kind === 'mail' ? 'mail' : 'webhook';
  return (
    <>
      <TextInput label="Name" description="Small letters, digits and dashes" placeholder="on-call" spellCheck={false} data-autofocus value={textOf(draft.channel)} error={errors.channel} onChange={(event) => set('channel', event.currentTarget.value)} />
      <SegmentedControl
        aria-label="Kind"
        fullWidth
        data={[{ value: 'webhook', label: 'Webhook' }, { value: 'mail', label: 'Mail' }]}
        value={kind}
        onChange={(next) => {
          for (const field of next === 'mail' ? ['url', 'secret'] : ['host', 'port', 'tls', 'user', 'password', 'from', 'to']) set(field, undefined);
          set('kind', next);
        }}
      />
      {kind === 'webhook' ? <WebhookFields {...props} current={null} /> : <MailFields {...props} current={null} />}
      <RuleFields {...props} current={null} />
    </>
  );
}

/** Only what is changed is sent; secrets stay where their fields are left empty. */
export function EditChannel(props: FormProps) {
  const current = useChannels().data?.find(({ name }) => name === props.draft.channel);
  if (!current) return null;
  const { draft, set } = props;
  return (
    <>
      {current.kind === 'webhook' ? <WebhookFields {...props} current={current} /> : <MailFields {...props} current={current} />}
      <RuleFields {...props} current={current} />
      <Switch label="Enabled" description="A disabled channel is told nothing" checked={(draft.enabled ?? current.enabled) === true} onChange={(event) => set('enabled', event.currentTarget.checked, current.enabled)} />
    </>
  );
}

const fresh = { minSeverity: 'warning', codes: [], objects: [], forSeconds: 10, repeatHours: 0 } as const;

function RuleFields({ draft, set, errors, overview, current }: FormProps & { current: ChannelRow | null }) {
  const now = current ?? fresh;
  const originally = <T,>(value: T): T | undefined => (current === null ? undefined : value);
  const codes = useIssueCodes();
  const names = [...new Set([...overview.replicasets, ...overview.instances].map(({ alias }) => alias))];
  const number = (field: 'forSeconds' | 'repeatHours', { max, ...labels }: { label: string; description: string; max: number; suffix: string }) => (
    <NumberInput {...labels} min={0} max={max} error={errors[field]} value={typeof draft[field] === 'number' ? draft[field] : now[field]} onChange={(next) => set(field, typeof next === 'number' ? next : undefined, originally(now[field]))} />
  );
  return (
    <>
      <Select
        label="Told of"
        allowDeselect={false}
        data={severities.toReversed().map((value) => ({ value, label: value === 'critical' ? 'critical only' : `${severityWords[value].toLowerCase()} and above` }))}
        value={textOf(draft.minSeverity) || now.minSeverity}
        onChange={(next) => set('minSeverity', next ?? undefined, originally(now.minSeverity))}
      />
      <div className={styles.half}>
        {number('forSeconds', { label: 'After', description: 'It must last so long', max: 86_400, suffix: ' s' })}
        {number('repeatHours', { label: 'Remind every', description: 'Critical ones; 0: never', max: 720, suffix: ' h' })}
      </div>
      <TagsInput label="Only these kinds" placeholder="Any kind" description="Codes, as unreachable or rule-flapping; none means all" maxDropdownHeight={220} data={codes} value={'codes' in draft ? listOf(draft.codes) : [...now.codes]} error={errors.codes} onChange={(next) => set('codes', next, originally([...now.codes]))} />
      <TagsInput label="Only about" placeholder="Anything" description="Instances, and replicasets with their instances" data={names} value={'objects' in draft ? listOf(draft.objects) : [...now.objects]} error={errors.objects} onChange={(next) => set('objects', next, originally([...now.objects]))} />
    </>
  );
}
