'use client';
import { useEffect, useState } from 'react';
import { draftFrom, edited, rebased, remaining, type Current, type SectionsDraft } from '~/app/lib/config-draft.ts';

const key = 'coterie.config-draft';

/** The draft of this tab. It outlives a reload, a sign-in and versions that others apply; it ends when it is applied or discarded. */
export function useDraft(now: Current | null) {
  const [draft, setDraft] = useState<SectionsDraft | null>(() => (typeof window === 'undefined' ? null : draftFrom(window.sessionStorage.getItem(key))));
  useEffect(() => {
    try {
      if (draft === null) window.sessionStorage.removeItem(key);
      else window.sessionStorage.setItem(key, JSON.stringify(draft));
    } catch {
      // Larger than what a tab may keep: it then lives as long as the page.
      window.sessionStorage.removeItem(key);
    }
  }, [draft]);
  const left = now === null ? draft : remaining(draft, now);
  // For good: what was applied must not come back as a draft when somebody changes it later.
  if (left !== draft) setDraft(left);
  return {
    draft: left,
    edit: (changes: Readonly<Record<string, string | null>>) => now !== null && setDraft((before) => edited(before, now, changes)),
    rebase: () => now !== null && setDraft((before) => before && rebased(before, now)),
    discard: () => setDraft(null),
  };
}

export type DraftState = ReturnType<typeof useDraft>;
