import { Checkbox, NumberInput, Switch } from '@mantine/core';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import styles from './forms.module.css';

/** Fields that creating and editing a replicaset share. Hidden and permanent roles come and go by themselves. */
export function RolesField({ value, onChange, infos, error }: { value: readonly string[]; onChange: (roles: string[]) => void; infos: ClusterOverview['roles']; error?: string | undefined }) {
  return (
    <Checkbox.Group label="Roles" value={[...value]} onChange={onChange} error={error}>
      <div className={styles.roles}>
        {infos.filter(({ hidden, permanent }) => !hidden && !permanent).map(({ name, summary }) => <Checkbox key={name} size="sm" value={name} label={name} description={summary} />)}
      </div>
    </Checkbox.Group>
  );
}

export function WeightField({ value, onChange, error }: { value: number | null; onChange: (weight: number | undefined) => void; error?: string | undefined }) {
  return (
    <NumberInput
      label="Weight"
      description="Its share of the buckets, against the weights of the others"
      placeholder="1"
      min={0}
      allowNegative={false}
      error={error}
      value={value ?? ''}
      onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
    />
  );
}

export function AllRwField({ value, onChange }: { value: boolean; onChange: (allRw: boolean) => void }) {
  return <Switch label="Every instance writable" description="No single master: only for data that tolerates conflicts" checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />;
}
