'use client';
import { NumberInput, Select } from '@mantine/core';
import { settingOf } from '~/app/lib/failover-settings.ts';
import { durabilityWords } from '~/app/lib/failover-words.ts';
import type { ReplicasetStanding } from '~/contract/shapes/failover-status.ts';
import { durabilities } from '~/contract/shapes/failover.ts';
import type { FormProps } from './form.ts';

type Props = Pick<FormProps, 'draft' | 'set' | 'errors'> & { readonly now: Pick<ReplicasetStanding, 'durability' | 'minReplicas'> | null; readonly others: number };

/** When a write is acknowledged. Of a replicaset without data there is none. */
export function DurabilityFields({ draft, set, errors, now, others }: Props) {
  if (now === null) return null;
  const durability = settingOf(draft, 'durability', now.durability);
  return (
    <>
      <Select
        label="Durability"
        description={durabilityWords[durability].means}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        allowDeselect={false}
        data={durabilities.map((value) => ({ value, label: durabilityWords[value].label }))}
        value={durability}
        error={errors.durability}
        onChange={(next) => {
          set('durability', next ?? undefined, now.durability);
          // The gate means something in durability availability only.
          if (next !== 'availability') set('minReplicas', now.minReplicas === 0 ? undefined : 0, now.minReplicas);
        }}
      />
      {durability === 'availability' && others > 0 && (
        <NumberInput label="Replicas that must follow" description="With fewer the master takes no writes: a cut then costs what it acknowledged in 0.3 s, and not in a whole lease" min={0} max={others} allowNegative={false} value={settingOf(draft, 'minReplicas', now.minReplicas)} error={errors.minReplicas} onChange={(next) => typeof next === 'number' && set('minReplicas', next, now.minReplicas)} />
      )}
    </>
  );
}
