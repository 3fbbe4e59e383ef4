'use client';
import { useEffect, useState } from 'react';
import type { Event } from '~/contract/shapes/view.ts';

const topPx = 120;

/** While somebody reads further down, what is new waits above: nothing moves under the eyes. At the top it comes in at once. */
export function useReading(events: readonly Event[]) {
  const newest = events[0]?.id ?? null;
  const [heldAt, setHeldAt] = useState<number | null>(null);
  useEffect(() => {
    const look = () => setHeldAt((held) => (window.scrollY > topPx ? (held ?? newest) : null));
    look();
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, [newest]);
  // When the list has begun anew, what was read is gone: then there is nothing to hold.
  const from = heldAt === null ? 0 : Math.max(0, events.findIndex(({ id }) => id <= heldAt));
  const showFresh = () => {
    setHeldAt(null);
    window.scrollTo({ top: 0 });
    document.getElementById('main')?.focus({ preventScroll: true });
  };
  return { shown: from === 0 ? events : events.slice(from), fresh: from, showFresh };
}
