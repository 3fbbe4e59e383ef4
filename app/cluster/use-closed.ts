'use client';
import { useState } from 'react';

const storageKey = 'coterie.closed-groups';
/** Groups of clusters that are long gone must not pile up. */
const keptMax = 2000;

function read(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(storageKey) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : []);
  } catch {
    return new Set();
  }
}

function write(closed: ReadonlySet<string>): void {
  try {
    window.localStorage.setItem(storageKey, JSON.stringify([...closed].slice(-keptMax)));
  } catch {
    // No storage, or a full one: it then lasts as long as the page.
  }
}

/** Closed groups are remembered by the browser. While one filters, all are open to begin with: what was found must be seen. */
export function useClosed(filtering: boolean) {
  const [kept, setKept] = useState(read);
  const [during, setDuring] = useState<ReadonlySet<string>>(new Set());
  if (!filtering && during.size > 0) setDuring(new Set());
  const closed = filtering ? during : kept;
  const close = (next: ReadonlySet<string>) => {
    if (filtering) return setDuring(next);
    write(next);
    setKept(next);
  };
  return {
    closed,
    toggle: (key: string) => {
      const next = new Set(closed);
      if (!next.delete(key)) next.add(key);
      close(next);
    },
    closeAll: (keys: readonly string[]) => close(new Set([...closed, ...keys])),
    openAll: (keys: readonly string[]) => close(new Set([...closed].filter((key) => !keys.includes(key)))),
  };
}
