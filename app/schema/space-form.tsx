'use client';
import { Button, MultiSelect, Select, Switch } from '@mantine/core';
import { useState } from 'react';
import { put, removeSpace, renameSpace, shard, type FormSpace, type Path } from '~/app/lib/schema-form.ts';
import { CommitInput } from '~/app/ui/commit-input.tsx';
import { engines } from '~/contract/shapes/space-definition.ts';
import { FieldsForm, withOdd, wrongName } from './fields-form.tsx';
import styles from './form.module.css';
import { IndexesForm } from './indexes-form.tsx';

export type SpaceFormProps = {
  readonly space: FormSpace;
  readonly text: string;
  /** Absent: read-only. */
  readonly onText?: ((text: string) => void) | undefined;
  /** What is wrong with a field of this space. */
  readonly errorAt: (...path: Path) => string | undefined;
};

type Props = SpaceFormProps & { readonly taken: readonly string[]; /** Its place on the page goes with its name. */ readonly onNamed: (name: string | null) => void };

/** One space: every field writes into the text at once, and shows what the text says. */
export function SpaceForm({ taken, onNamed, ...props }: Props) {
  const { space, text, onText, errorAt } = props;
  const [asked, setAsked] = useState(false);
  const readOnly = onText === undefined;
  const set = (key: string, value: unknown) => onText?.(put(text, ['spaces', space.name, key], value));
  return (
    <div className={styles.space} data-testid="space-form" data-space={space.name}>
      <div className={styles.head}>
        <CommitInput label="Name" className={styles.wide} description={readOnly ? undefined : 'Another name makes another space; the old one stays with its rows'} readOnly={readOnly} value={space.name} error={errorAt()} refuse={(name) => wrongName(name) ?? (taken.includes(name) ? 'Another space is called so' : null)} onCommit={(name) => { onText?.(renameSpace(text, space.name, name)); onNamed(name); }} />
        <Select label="Engine" className={styles.type} allowDeselect={false} readOnly={readOnly} data={withOdd(engines, space.engine)} value={space.engine} error={errorAt('engine')} onChange={(engine) => engine && set('engine', engine)} />
      </div>
      <div className={styles.flags}>
        <Switch label="Local" description="Of each instance for itself" disabled={readOnly} checked={space.local} error={errorAt('is_local')} onChange={(event) => set('is_local', event.currentTarget.checked)} />
        <Switch label="Temporary" description="Empty after a restart" disabled={readOnly} checked={space.temporary} error={errorAt('temporary')} onChange={(event) => set('temporary', event.currentTarget.checked)} />
      </div>
      <FieldsForm {...props} />
      <IndexesForm {...props} />
      <MultiSelect label="Sharding key" description="Fields whose values decide the bucket; the first brings bucket_id with it. None: each replicaset has rows of its own" placeholder={space.shardingKey.length === 0 ? 'None' : undefined} readOnly={readOnly} data={[...new Set([...space.fields.map(({ name }) => name).filter((name) => name !== 'bucket_id' && name !== ''), ...space.shardingKey])]} value={[...space.shardingKey]} error={errorAt('sharding_key')} onChange={(key) => onText?.(shard(text, space, key))} />
      {!readOnly && (
        <div className={styles.foot}>
          <Button size="compact-sm" variant={asked ? 'filled' : 'default'} {...(asked ? { color: 'red.8' } : {})} onBlur={() => setAsked(false)} onClick={() => { if (!asked) return setAsked(true); onText(removeSpace(text, space.name)); onNamed(null); }}>{asked ? `Take ${space.name} out` : 'Take out'}</Button>
          <span className={styles.quiet}>The role wants it no more; the space stays in the database with its rows.</span>
        </div>
      )}
    </div>
  );
}
