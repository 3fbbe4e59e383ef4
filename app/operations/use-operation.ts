'use client';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { mutate, useApi } from '~/app/api.tsx';
import { withCollected } from '~/app/lib/change-set.ts';
import { checkDraft, isEmptyEdit, nameToType, needsReason, takesName, withField } from '~/app/lib/draft.ts';
import type { Draft, MutationName } from '~/app/lib/operation-types.ts';
import { fieldErrors, problemFrom } from '~/app/lib/problem.ts';
import { isPlanCurrent, readyOf } from '~/app/lib/ready.ts';
import { startOf } from '~/app/lib/start.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useChangeSet } from './change-set-provider.tsx';

const previewDelayMs = 250;

/** The life of one dialog: the input as it is filled in, its plan, the confirmation, the run. */
export function useOperation(operation: MutationName, given: Draft, { review = false } = {}) {
  const api = useApi();
  const queries = useQueryClient();
  const { overview: live } = useLive();
  const collected = useChangeSet();
  // What is collected is as good as taken; in the review itself everything is as it is.
  const edits = review ? undefined : collected.set?.edits;
  const overview = useMemo(() => (live === null || edits === undefined ? live : withCollected(live, edits)), [live, edits]);
  const [draft, setDraft] = useState(() => startOf(operation, given, overview));
  const [reason, setReason] = useState(review ? (collected.set?.reason ?? '') : '');
  const [typed, setTyped] = useState('');
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const reasoned = needsReason(operation);
  // A reason that is wanted is a part of the input; another one changes no plan.
  const asked = useMemo(() => (reasoned && reason.trim() !== '' ? { ...draft, reason: reason.trim() } : draft), [draft, reason, reasoned]);
  const [settled] = useDebouncedValue(asked, previewDelayMs);
  const checked = checkDraft(operation, asked);
  const emptyEdit = isEmptyEdit(operation, draft);

  // A new configuration version makes a new plan: what is shown is never a plan against an old one.
  const preview = useQuery({
    queryKey: ['plan', operation, settled, overview?.configVersion],
    queryFn: async () => ({ of: settled, outcome: await mutate(api, operation, { ...settled, dryRun: true } as never) }),
    enabled: checkDraft(operation, settled).complete && !isEmptyEdit(operation, settled),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });
  const made = preview.data?.outcome ?? null;
  const current = isPlanCurrent({ settled, asked, of: preview.data?.of, baseVersion: made?.plan.baseVersion ?? null, version: overview?.configVersion ?? null, isFetching: preview.isFetching, isPlaceholder: preview.isPlaceholderData });
  const plan = current ? (made?.plan ?? null) : null;

  const name = nameToType(operation, draft);
  const run = useMutation({
    mutationFn: () => mutate(api, operation, { ...draft, ...(name !== null && takesName(operation) ? { confirm: typed } : {}), ...(reason.trim() === '' ? {} : { reason: reason.trim() }), ...(plan?.baseVersion == null ? {} : { expectedVersion: plan.baseVersion }) } as never),
    onSuccess: ({ run: ran }) => review && ran?.state !== 'aborted' && collected.discard(),
    // Whatever the pages have read may be of before; a plan and a run know themselves when to ask again.
    onSettled: () => void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'plan' && queryKey[0] !== 'run' }),
  });

  return {
    draft,
    set: (field: string, value: unknown, original?: unknown) => {
      if (run.isError) run.reset();
      setDraft((before) => withField(before, field, { value, original }));
      setTouched((before) => new Set(before).add(field));
    },
    /** Only of fields that the person has been at: an empty form is not full of complaints. And what the server said of a field. */
    errors: { ...(Object.fromEntries(Object.entries(checked.errors).filter(([field]) => touched.has(field))) as Record<string, string>), ...(run.error ? fieldErrors(problemFrom(run.error)) : {}) },
    reason, setReason, reasoned, typed, setTyped, name, checked, emptyEdit,
    input: reason.trim() === '' ? draft : { ...draft, reason: reason.trim() },
    plan: checked.complete && !emptyEdit ? (made?.plan ?? null) : null,
    preview: current && checked.complete ? (made?.data ?? null) : null,
    planning: checked.complete && !emptyEdit && !current,
    planProblem: preview.error && current && checked.complete ? problemFrom(preview.error) : null,
    replan: () => void preview.refetch(),
    ready: readyOf({ checked, emptyEdit, plan, planFailed: preview.error !== null && current, name, typed }),
    run,
    runProblem: run.error ? problemFrom(run.error) : null,
    overview,
  };
}

export type OperationState = ReturnType<typeof useOperation>;
