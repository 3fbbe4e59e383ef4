'use client';
import { createContext, use, useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { FocusTrail } from '~/app/lib/focus-trail.ts';

const Context = createContext<FocusTrail<HTMLElement> | null>(null);

/** Remembers where the keyboard is, on the page itself and in what lies over it. */
export function ReturnFocus({ children }: { children: ReactNode }) {
  const [trail] = useState(() => new FocusTrail<HTMLElement>());
  useEffect(() => {
    const note = ({ target }: FocusEvent) => target instanceof HTMLElement && trail.note(target);
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, [trail]);
  return <Context value={trail}>{children}</Context>;
}

/**
 * Gives the focus back when a layer (a dialog, the drawer) closes: to the newest place that is still there, on the page
 * or in another layer. Mantine's own way back leads to one element only, which is gone when it was an item of a menu.
 * What is returned marks the layer: `attributes={{ content: ... }}`, with `returnFocus` off.
 */
export function useReturnFocus(layer: string, opened: boolean) {
  const trail = use(Context);
  const wasOpened = useRef(false);
  useLayoutEffect(() => {
    const closed = wasOpened.current && !opened;
    wasOpened.current = opened;
    if (!closed) return;
    const stays = (place: HTMLElement) => {
      const over = place.closest<HTMLElement>('[role="dialog"], [role="menu"]');
      return over === null || (over.dataset.layer !== undefined && over.dataset.layer !== layer);
    };
    const found = trail?.back((place) => place.isConnected && stays(place) && takes(place));
    if (!found) document.getElementById('main')?.focus({ preventScroll: true });
  }, [layer, opened, trail]);
  return { 'data-layer': layer };
}

function takes(place: HTMLElement): boolean {
  place.focus({ preventScroll: true });
  return document.activeElement === place;
}
