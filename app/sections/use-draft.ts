'use client';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { draftFrom, edited, rebased, remaining, resolved, type Current, type SectionsDraft } from '~/app/lib/config-draft.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { DraftStore } from './draft-store.ts';

/**
 * The draft of this person for this cluster, the same in all tabs of the browser. It outlives a reload, a sign-in and
 * versions that others apply; it ends when it is applied or discarded. `page` keeps the drafts of two pages apart.
 */
export function useDraft(page: 'config' | 'code' | 'schema', now: Current | null) {
  const { user } = useSession();
  const { overview } = useLive();
  const key = `coterie.${page}-draft ${overview?.name ?? ''} ${user}`;
  const store = useMemo(() => new DraftStore(key, { storage: typeof window === 'undefined' ? null : window.localStorage, parse: draftFrom }), [key]);
  const draft = useSyncExternalStore(store.listen, store.read, none);
  const left = now === null ? draft : remaining(draft, now);
  // For good: what was applied must not come back as a draft when somebody changes it later.
  useEffect(() => store.write(left), [store, left]);
  const change = (next: (before: SectionsDraft | null, at: Current) => SectionsDraft | null) => now !== null && store.write(next(store.read(), now));
  return {
    draft: left,
    /** False: larger than what the browser keeps, so that it lives as long as this page. */
    kept: store.kept,
    edit: (changes: Readonly<Record<string, string | null>>) => change((before, at) => edited(before, at, changes)),
    rebase: () => change((before, at) => before && rebased(before, at)),
    resolve: (name: string, keep: 'theirs' | 'mine') => change((before, at) => before && resolved(before, at, { name, keep })),
    discard: () => change(() => null),
    /** What was discarded. */
    bringBack: (old: SectionsDraft) => change(() => old),
  };
}

const none = () => null;

export type DraftState = ReturnType<typeof useDraft>;
