'use client';
import { Radio, Select, Stack, Switch } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';
import { candidateMark } from '~/app/lib/failover.ts';
import { countText, durationText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import type { CandidateRow, ChangePreview } from '~/contract/shapes/failover-status.ts';
import styles from './failover-forms.module.css';
import { textOf, type FormProps } from './form.ts';

/** What is read of the members is of a moment ago, and they go on. */
const everyMs = 5000;

function usePreview(replicaset: string, to: string | undefined) {
  const api = useApi();
  return useQuery({ queryKey: ['failover', 'preview', replicaset, to ?? null], queryFn: () => api.failover.preview.query({ replicaset, ...(to === undefined ? {} : { to }) }), enabled: replicaset !== '', placeholderData: keepPreviousData, refetchInterval: everyMs, staleTime: 0 });
}

/** Who takes over, and what that would mean now. */
export function SwitchMaster({ draft, set, errors }: FormProps) {
  const to = typeof draft.to === 'string' ? draft.to : undefined;
  const { data, error } = usePreview(textOf(draft.replicaset), to);
  return (
    <>
      <Radio.Group label="New master" value={to ?? ''} onChange={(next) => set('to', next === '' ? undefined : next)} error={errors.to}>
        <Stack gap={8} mt={6}>
          <Radio value="" label="The best one" description="whoever has the most rows; among equals by zone and priority" />
          {data?.candidates.filter(({ master }) => !master).map((one) => <Candidate key={one.uuid} one={one} />)}
        </Stack>
      </Radio.Group>
      {error && <ProblemAlert problem={problemFrom(error)} />}
      {data && <Preview preview={data} />}
    </>
  );
}

function Candidate({ one: { alias, can, chosen, why, rowsBehind, zone } }: { one: CandidateRow }) {
  const far = [zone, rowsBehind === null || rowsBehind === 0 ? null : `${countText(rowsBehind, 'row')} behind`].filter((word) => word !== null).join(', ');
  return <Radio value={alias} disabled={!can} data-candidate={alias} label={<>{alias}{far === '' ? '' : <span className={styles.quiet}> {far}</span>}</>} description={<HealthMark health={candidateMark({ can, master: false })} size={12} quiet={!can}>{chosen && can ? `${why.replace(/\.$/, '')}; the best one now` : why}</HealthMark>} />;
}

/** Who becomes writable, for how long nobody is, and which rows are at risk. */
function Preview({ preview: { from, to, kind, expectedPauseMs, worstPauseMs, rowsAtRisk, rowsSentence, reason, routers } }: { preview: ChangePreview }) {
  return (
    <dl className={styles.preview} data-testid="change-preview">
      <div><dt>Becomes writable</dt><dd><b>{to?.alias ?? 'nobody'}</b>{to === null ? '' : kind === 'promotion' ? ', in place of one that is gone' : from === null ? '' : `, and ${from.alias} read-only`}<span>{reason}</span></dd></div>
      <div><dt>Nobody can write for</dt><dd><b className="number">about {durationText(expectedPauseMs)}</b>, at worst {durationText(worstPauseMs)}{kind === 'switchover' && <span>then it is given up, and {from?.alias ?? 'the old master'} writes again</span>}</dd></div>
      <div><dt>Rows at risk</dt><dd><b className="number">{rowsAtRisk ?? 'not known'}</b><span>{rowsSentence}</span></dd></div>
      {routers.length > 0 && <div><dt>Routers that are told</dt><dd>{routers.map(({ alias }) => alias).join(', ')}</dd></div>}
    </dl>
  );
}

/** In place of a master that is gone; by force only with the danger said plainly. */
export function PromoteInstance({ draft, set, errors, overview }: FormProps) {
  const instance = textOf(draft.instance);
  const one = overview.instances.find(({ alias, uuid }) => alias === instance || uuid === instance);
  const choices = overview.instances.filter(({ configured, replicaset, disabled }) => configured && !disabled && replicaset !== null && overview.replicasets.some(({ uuid, masters, wantedMaster }) => uuid === replicaset.uuid && (masters.length > 0 || wantedMaster !== null)));
  const { data, error } = usePreview(one?.replicaset?.alias ?? '', one?.alias);
  return (
    <>
      {one === undefined && <Select label="Instance" searchable data={choices.map(({ alias }) => alias)} value={instance || null} error={errors.instance} onChange={(next) => set('instance', next ?? undefined)} />}
      {error && <ProblemAlert problem={problemFrom(error)} />}
      {data && <Preview preview={data} />}
      <Switch
        label="By force"
        description="Also without the members that would have to be heard. Rows that only they have acknowledged are lost; they are kept in lost and found when these members come back. Never against a lease that may still last."
        checked={draft.force === true}
        error={errors.force}
        onChange={(event) => set('force', event.currentTarget.checked || undefined)}
      />
    </>
  );
}
