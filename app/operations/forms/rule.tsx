'use client';
import { Group, NumberInput, Radio, SegmentedControl, Select, Stack, TextInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import { severityWords } from '~/app/lib/issues.ts';
import { fieldsOf, minutesOf, spanOf, units, watchWords, type Unit } from '~/app/lib/rules.ts';
import { kindWords } from '~/app/lib/timeline.ts';
import { useRules } from '~/app/rules/use-rules.ts';
import { watchKinds } from '~/contract/rule.ts';
import { eventKinds, severities } from '~/contract/shapes/view.ts';
import { textOf, type FormProps } from './form.ts';

/** A rule over the event stream. What means nothing to its kind is not asked for. */
export function AddRule(props: FormProps) {
  const { draft, set, errors } = props;
  return (
    <>
      <TextInput label="Name" description="Small letters, digits and dashes; its issues are called rule-<name>" spellCheck={false} autoCapitalize="none" data-autofocus value={textOf(draft.name)} error={errors.name} onChange={(event) => set('name', event.currentTarget.value)} />
      <RuleFields {...props} original={preset} cleared={undefined} />
    </>
  );
}

export function EditRule(props: FormProps) {
  const current = useRules().data?.find(({ name }) => name === props.draft.name);
  return current ? <RuleFields {...props} original={current} cleared={null} /> : null;
}

/** As the contract fills in what is not given. */
const preset = { per: 'object', count: 3, minutes: 10, severity: 'warning', todo: 'Look at the events that it counted.' } as const;

type Original = Readonly<Record<string, unknown>>;

/** `cleared`: what an emptied filter is sent as. */
function RuleFields({ draft, set, errors, original, cleared }: FormProps & { original: Original; cleared: null | undefined }) {
  const value = (field: string) => (field in draft ? draft[field] : original[field]);
  const change = (field: string, next: unknown) => set(field, next, original[field]);
  const filter = (field: string, next: string | null) => (next ? change(field, next) : set(field, original[field] === undefined ? undefined : cleared));
  const watch = value('watch');
  const asks = fieldsOf(watch);
  const span = spanOf(Number(value('minutes')));
  const [unit, setUnit] = useState<Unit>(span.unit);
  return (
    <>
      <Radio.Group label="Raised by" value={textOf(watch)} error={errors.watch} onChange={(next) => change('watch', next)}>
        <Stack gap={8} mt={6}>{watchKinds.map((kind) => <Radio key={kind} size="sm" value={kind} label={watchWords[kind].label} description={watchWords[kind].text} />)}</Stack>
      </Radio.Group>
      {asks.filters && (
        <Group grow align="flex-start">
          <Select label="Events of kind" placeholder="any" clearable clearButtonProps={{ 'aria-label': 'Any kind' }} data={eventKinds.map((kind) => ({ value: kind, label: kindWords[kind] }))} value={textOf(value('kind')) || null} onChange={(next) => filter('kind', next)} />
          <Select label="At least" placeholder="any severity" clearable clearButtonProps={{ 'aria-label': 'Any severity' }} data={severities.map((severity) => ({ value: severity, label: severityWords[severity] }))} value={textOf(value('level')) || null} onChange={(next) => filter('level', next)} />
        </Group>
      )}
      <Group grow align="flex-start">
        {asks.filters && <TextInput label="With the words" placeholder="any" value={textOf(value('text'))} error={errors.text} onChange={(event) => filter('text', event.currentTarget.value)} />}
        <TextInput label="About" placeholder="any object, or a name" spellCheck={false} value={textOf(value('object'))} error={errors.object} onChange={(event) => filter('object', event.currentTarget.value)} />
      </Group>
      {asks.per && (
        <div>
          <SegmentedControl aria-label="Count" fullWidth data={[{ value: 'object', label: 'for each object apart' }, { value: 'cluster', label: 'for all together' }]} value={textOf(value('per'))} onChange={(next) => change('per', next)} />
        </div>
      )}
      <Group grow align="flex-start">
        {asks.count && <NumberInput label={watch === 'rate' ? 'Events a minute' : 'How many'} min={watch === 'rate' ? 0.01 : 1} max={1000} allowDecimal={watch === 'rate'} error={errors.count} value={typeof value('count') === 'number' ? Number(value('count')) : ''} onChange={(next) => change('count', typeof next === 'number' ? next : undefined)} />}
        <NumberInput label="Window" min={1} allowDecimal={false} error={errors.minutes} value={value('minutes') === null ? '' : Number(value('minutes')) / minutesOf(1, unit)} onChange={(next) => change('minutes', typeof next === 'number' ? minutesOf(next, unit) : null)} />
        <Select label="in" allowDeselect={false} data={units} value={unit} onChange={(next) => { if (next === null) return; change('minutes', minutesOf(Number(value('minutes')) / minutesOf(1, unit), next)); setUnit(next); }} />
      </Group>
      <Select label="Severity of the issue" allowDeselect={false} data={severities.map((severity) => ({ value: severity, label: severityWords[severity] }))} value={textOf(value('severity'))} onChange={(next) => change('severity', next ?? 'warning')} />
      <Textarea label="What to do then" autosize minRows={2} maxLength={300} value={textOf(value('todo'))} error={errors.todo} onChange={(event) => change('todo', event.currentTarget.value)} />
    </>
  );
}
