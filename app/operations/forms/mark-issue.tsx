'use client';
import { Radio, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import { scopesOf, spanChoices } from '~/app/lib/marks.ts';
import { textOf, type FormProps } from './form.ts';

/** How long it holds, and of a mute also how much it is about. */
export function MuteIssue({ draft, set, errors, overview }: FormProps) {
  // The object stays choosable after the whole rule was chosen.
  const [given] = useState(() => textOf(draft.issue));
  const { code, name } = scopesOf(given);
  const label = overview.issues.find(({ id }) => id === given)?.object.name ?? name;
  return (
    <>
      {name !== null && (
        <Radio.Group label="What" value={textOf(draft.issue)} onChange={(issue) => set('issue', issue)} error={errors.issue}>
          <Stack gap={8} mt={6}>
            <Radio value={given} label={<><code>{code}</code> of {label} only</>} />
            <Radio value={code} label={<>the whole rule: <code>{code}</code> of anything</>} />
          </Stack>
        </Radio.Group>
      )}
      <Select label="For" allowDeselect={false} data={spanChoices(draft.hours)} value={typeof draft.hours === 'number' ? String(draft.hours) : null} error={errors.hours} onChange={(hours) => set('hours', hours === null ? undefined : Number(hours))} />
    </>
  );
}

const whileItLasts = 'lasts';

export function AcknowledgeIssue({ draft, set, errors }: FormProps) {
  return (
    <Select
      label="Ends"
      allowDeselect={false}
      data={[{ value: whileItLasts, label: 'with the issue itself' }, ...spanChoices(draft.hours).map(({ value, label }) => ({ value, label: `after ${label}, or with the issue` }))]}
      value={typeof draft.hours === 'number' ? String(draft.hours) : whileItLasts}
      error={errors.hours}
      onChange={(hours) => set('hours', hours === null || hours === whileItLasts ? undefined : Number(hours))}
    />
  );
}
