import { Checkbox, NumberInput, Switch } from '@mantine/core';
import { chosenRoles, roleChoices } from '~/app/lib/role-choices.ts';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import styles from './forms.module.css';

/** Fields that creating and editing a replicaset share. */
export function RolesField({ value, onChange, infos, error }: { value: readonly string[]; onChange: (roles: string[]) => void; infos: ClusterOverview['roles']; error?: string | undefined }) {
  const choices = roleChoices(infos, value);
  const ticked = choices.filter(({ checked }) => checked).map(({ name }) => name);
  return (
    <Checkbox.Group label="Roles" value={ticked} onChange={(next) => onChange(chosenRoles(next, { value, choices }))} error={error}>
      <div className={styles.roles}>
        {choices.map(({ name, summary, fixed }) => <Checkbox key={name} size="sm" value={name} label={name} description={fixed === null ? summary : `${summary}${summary === '' ? '' : '; '}${fixed}`} disabled={fixed !== null} />)}
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
