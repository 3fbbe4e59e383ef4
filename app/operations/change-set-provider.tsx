'use client';
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { changeSetFrom, collect, rebased, withEdits, type ChangeSet } from '~/app/lib/change-set.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import type { Edit } from '~/contract/shapes/edit.ts';

type Changes = {
  readonly set: ChangeSet | null;
  /** A newer version than the one that it was begun on has been applied. */
  readonly behind: boolean;
  readonly collect: (edits: readonly Edit[], reason: string) => void;
  readonly replace: (edits: readonly Edit[]) => void;
  readonly rebase: () => void;
  readonly discard: () => void;
};

const Context = createContext<Changes | null>(null);
const storageKey = 'coterie.change-set';

/** What this tab has collected. It outlives a reload and a sign-in; it ends when it is applied or discarded. */
export function ChangeSetProvider({ children }: { children: ReactNode }) {
  const version = useLive().overview?.configVersion ?? null;
  const [set, setSet] = useState<ChangeSet | null>(() => (typeof window === 'undefined' ? null : changeSetFrom(window.sessionStorage.getItem(storageKey))));
  useEffect(() => {
    if (set === null) window.sessionStorage.removeItem(storageKey);
    else window.sessionStorage.setItem(storageKey, JSON.stringify(set));
  }, [set]);
  const changes = useMemo<Changes>(
    () => ({
      set,
      behind: set !== null && version !== null && version !== set.baseVersion,
      collect: (edits, reason) => version !== null && setSet((before) => collect(before, edits, { version, reason })),
      replace: (edits) => setSet((before) => before && withEdits(before, edits)),
      rebase: () => version !== null && setSet((before) => before && rebased(before, version)),
      discard: () => setSet(null),
    }),
    [set, version],
  );
  return <Context value={changes}>{children}</Context>;
}

export function useChangeSet(): Changes {
  const changes = use(Context);
  if (!changes) throw new Error('no change set around this component');
  return changes;
}
