'use client';
import { NumberInput, Slider, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { problemFrom } from '~/app/lib/problem.ts';
import { compare, refOf } from '~/app/lib/rows.ts';
import { fullOf, planText, sliderOf, weightsFrom, weightTexts } from '~/app/lib/sharding.ts';
import { useShardingPlan, useShardingStatus } from '~/app/live/use-sharding.ts';
import { ShareBar, ShareText } from '~/app/sharding/shares.tsx';
import styles from '~/app/sharding/sharding.module.css';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Prose } from '~/app/ui/prose.tsx';
import type { PlannedStorage } from '~/contract/shapes/sharding-plan.ts';
import { listOf, textOf, type FormProps } from './form.ts';

const manyFrom = 9;
/** While a slider is drawn along, one question is enough. */
const settleMs = 150;

/** Weights by slider, and at once what they lead to: nothing is changed before it is applied. */
export function WeighStorages({ draft, set, overview }: FormProps) {
  const name = textOf(draft.group);
  const texts = listOf(draft.weights);
  const group = useShardingStatus()?.groups.find((one) => one.group === name);
  // As one text: a list is a new one each time.
  const wish = texts.join();
  const [asked] = useDebouncedValue(wish, settleMs);
  const { data: plan, error, isPlaceholderData } = useShardingPlan(name, asked === '' ? [] : asked.split(','));
  const [search, setSearch] = useState('');
  if (!group) return null;
  const storages = group.storages.toSorted((a, b) => compare(a.alias, b.alias)).map((one) => ({ ...one, name: refOf(one, overview.replicasets) }));
  const wanted = weightsFrom(texts);
  const change = (ref: string, weight: number) => {
    const next = weightTexts(storages, new Map([...wanted, [ref, weight]]));
    set('weights', next.length === 0 ? undefined : next);
  };
  const full = fullOf(plan?.storages ?? []);
  const shown = storages.filter(({ alias }) => alias.includes(search.trim()));
  return (
    <>
      {error && <ProblemAlert problem={problemFrom(error)} />}
      {plan && (
        <div aria-live="polite" data-testid="weights-plan" data-total={plan.total} data-settled={(asked === wish && !isPlaceholderData) || undefined}>
          <p className={styles.total}>{plan.storages.some(({ target }) => target === null) ? plan.sentence : planText(plan)}</p>
          {plan.notes.map((note) => <Text key={note} size="sm" mt={6}><HealthMark health="warning" size={13}> </HealthMark><Prose text={note} /></Text>)}
        </div>
      )}
      {storages.length >= manyFrom && <TextInput aria-label="Search storages" placeholder="Search storages" value={search} onChange={(event) => setSearch(event.currentTarget.value)} />}
      <div className={styles.shares} data-many={storages.length >= manyFrom || undefined} role="group" aria-label="Weights">
        {shown.map(({ uuid, alias, name: ref, weight }) => (
          <Share key={uuid} alias={alias} weight={wanted.get(ref) ?? weight} planned={plan?.storages.find((one) => one.uuid === uuid) ?? null} full={full} weights={storages.map((one) => one.weight)} onChange={(next) => change(ref, next)} />
        ))}
      </div>
      <Text size="xs" c="dimmed">A weight is a share against those of the others. Weight 0 drains a storage: all its buckets go to the others.</Text>
    </>
  );
}

type ShareProps = { readonly alias: string; readonly weight: number; readonly planned: PlannedStorage | null; readonly full: number; readonly weights: readonly number[]; readonly onChange: (weight: number) => void };

function Share({ alias, weight, planned, full, weights, onChange }: ShareProps) {
  // As it was when the dialog opened: a scale that grows while it is pulled along is no scale.
  const [{ max, step }] = useState(() => sliderOf([...weights, weight]));
  return (
    <div className={styles.share} data-share={alias} data-then={planned?.target ?? undefined}>
      <span className={styles.who}>{alias}</span>
      <NumberInput aria-label={`Weight of ${alias}`} size="xs" w={86} min={0} max={999_999} decimalScale={3} allowNegative={false} value={weight} onChange={(next) => typeof next === 'number' && onChange(next)} />
      <div className={styles.slider}><Slider thumbLabel={`Weight of ${alias}, by slider`} size="sm" min={0} max={max} step={step} label={null} value={Math.min(max, weight)} onChange={(next) => onChange(Math.round(next * 1000) / 1000)} /></div>
      {planned && <><ShareBar storage={planned} full={full} /><span className={styles.quiet} style={{ fontSize: 12.5 }}>{weight === 0 ? 'drained' : planned.owned === planned.target ? 'stays as it is' : 'buckets'}</span><ShareText storage={planned} /></>}
    </div>
  );
}
