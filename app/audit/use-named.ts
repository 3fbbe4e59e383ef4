'use client';
import { namedPath } from '~/app/lib/audit.ts';
import { useLive } from '~/app/live/live-provider.tsx';

/** Puts the names of today in place of the uuids in a path or a target. */
export function useNamed(): (text: string) => string {
  const { overview } = useLive();
  const named = overview === null ? [] : [...overview.instances, ...overview.replicasets];
  return (text) => namedPath(text, named);
}
