'use client';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { validateCode } from '~/app/api.tsx';
import { codeOf, type Changes } from '~/app/lib/code-files.ts';
import { faultRows, type FaultRow } from '~/app/lib/code-faults.ts';
import type { Texts } from '~/app/lib/config-draft.ts';
import { problemFrom, type Shown } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useDraft } from '~/app/sections/use-draft.ts';
import { useVersion } from '~/app/sections/use-versions.ts';
import { useSession } from '~/app/session/session-provider.tsx';
import type { CodeCheck } from '~/contract/shapes/code.ts';

/** What the page has from the server: the code that runs, the draft upon it, and what is wrong with both. */

const none: Changes = {};
const noTexts: Texts = {};

export function useCode() {
  const { overview } = useLive();
  const { role } = useSession();
  const newest = overview?.configVersion ?? null;
  const current = useVersion(newest, { keepOld: true });
  const now = useMemo(() => (current.data ? { version: current.data.version, sections: codeOf(current.data.config.sections) } : null), [current.data]);
  return { newest, current, running: now?.sections ?? noTexts, drafting: useDraft('code', now), readOnly: refusalFor('code.push', role) };
}

export type Check = {
  readonly state: 'idle' | 'checking' | 'checked' | 'failed';
  /** Of the newest answer, also while the next one is awaited: so that the list does not blink at each key. */
  readonly faults: readonly FaultRow[];
  readonly answer: CodeCheck | null;
  readonly problem: Shown | null;
  /** It takes longer than it should. */
  readonly slow: boolean;
  readonly again: () => void;
};

const delayMs = 500;
const slowMs = 3000;
const longestMs = 60_000;

/** The server's opinion of the draft, or of what runs, while it is written. What is asked for no longer is broken off. */
export function useCheck(changes: Changes | null, { version, enabled }: { version: number; enabled: boolean }): Check {
  const wanted = changes ?? none;
  const [settled] = useDebouncedValue(wanted, delayMs);
  const check = useQuery({
    queryKey: ['code-validate', version, settled],
    queryFn: ({ signal }) => validateCode(settled, AbortSignal.any([signal, AbortSignal.timeout(longestMs)])),
    enabled, gcTime: 0, staleTime: Infinity,
    placeholderData: (before) => before,
  });
  const current = settled === wanted && !check.isPlaceholderData && !check.isFetching;
  const checking = enabled && !current;
  const slow = useLongerThan(slowMs, checking);
  const faults = useMemo(() => faultRows(check.data?.faults ?? []), [check.data]);
  const again = () => void check.refetch();
  if (!enabled) return { state: 'idle', faults: [], answer: null, problem: null, slow: false, again };
  if (current && check.error) return { state: 'failed', faults: [], answer: null, problem: problemFrom(check.error), slow: false, again };
  return { state: checking ? 'checking' : 'checked', faults, answer: check.data ?? null, problem: null, slow, again };
}

function useLongerThan(ms: number, active: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!active) return;
    const timer = setTimeout(() => setLate(true), ms);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [ms, active]);
  return active && late;
}
