'use client';
import { Radio, Stack, Text } from '@mantine/core';
import { ReplayOutcomes } from '~/app/failover/replay-outcomes.tsx';
import { countText } from '~/app/lib/format.ts';
import { listOf, textOf, type FormProps } from './form.ts';

/** What to do where another row is now; below it what would become of each row, as it was tried and taken back. */
export function ReplayLostRows({ draft, set, errors, preview }: FormProps) {
  const ranges = listOf(draft.rows);
  return (
    <>
      <Text size="sm">{draft.all === true ? 'All rows' : ranges.length === 0 ? 'No rows' : `${countText(ranges.length, 'range')} of rows (${ranges.slice(0, 12).join(', ')}${ranges.length > 12 ? ', …' : ''})`} of <code>{textOf(draft.name)}</code>, saved by {textOf(draft.instance)}.</Text>
      <Radio.Group label="Where another row has the key now" value={textOf(draft.conflict) || 'skip'} error={errors.conflict} onChange={(next) => set('conflict', next === 'skip' ? undefined : next)}>
        <Stack gap={8} mt={6}>
          <Radio value="skip" label="Leave it" description="What was written since then stays" />
          <Radio value="overwrite" label="Overwrite it" description="The lost row is put in its place: what was written since then is gone" />
        </Stack>
      </Radio.Group>
      <ReplayOutcomes data={preview} />
    </>
  );
}
