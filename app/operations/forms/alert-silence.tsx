'use client';
import { Autocomplete, Select } from '@mantine/core';
import { severityWords } from '~/app/lib/issues.ts';
import { ObjectSelect } from '~/app/ui/object-select.tsx';
import { spanChoices } from '~/app/lib/marks.ts';
import { useIssueCodes } from '~/app/operations/issue-codes.tsx';
import { severities } from '~/contract/shapes/view.ts';
import { textOf, type FormProps } from './form.ts';

/** What a silence is about: all three left open is everything. */
export function SilenceAlerts({ draft, set, errors, overview }: FormProps) {
  const codes = useIssueCodes();
  return (
    <>
      <Autocomplete label="Kind of issue" placeholder="Any" description="Its code, as unreachable or rule-flapping" maxDropdownHeight={220} data={codes} value={textOf(draft.code)} error={errors.code} onChange={(next) => set('code', next.trim() || undefined)} />
      <ObjectSelect overview={overview} label="About" value={textOf(draft.object) || null} onChange={(next) => set('object', next ?? undefined)} />
      <Select label="Up to" placeholder="Any severity" clearable data={severities.map((value) => ({ value, label: severityWords[value].toLowerCase() }))} value={textOf(draft.severity) || null} error={errors.severity} onChange={(next) => set('severity', next ?? undefined)} />
      <Select label="For" allowDeselect={false} data={[{ value: '0.5', label: '30 minutes' }, ...spanChoices(draft.hours).filter(({ value }) => value !== '0.5')]} value={typeof draft.hours === 'number' ? String(draft.hours) : null} error={errors.hours} onChange={(hours) => set('hours', hours === null ? undefined : Number(hours))} />
    </>
  );
}
