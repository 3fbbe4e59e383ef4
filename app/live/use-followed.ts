'use client';
import { useDocumentVisibility } from '@mantine/hooks';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useLive } from './live-provider.tsx';

/** What a stream of its own says, open only while it is looked at: a browser opens few streams to one server, for all its tabs together. */
export type Followed<State> = {
  subscribe(listener: () => void): () => void;
  get(): State;
  start(): void;
  stop(): void;
};

/** `make` is called once: give the component a key. `before` is what the server draws. */
export function useFollowed<State>(make: () => Followed<State>, before: State): State {
  const { connection } = useLive();
  const visible = useDocumentVisibility() === 'visible';
  const [store] = useState(make);
  // Comments of the server that it is still there reach no script. The stream of the cluster does notice: when that has
  // been cut and is back, this one is opened anew too.
  const cut = connection.kind === 'reconnecting';
  useEffect(() => {
    if (!visible || cut) return;
    store.start();
    return () => store.stop();
  }, [store, visible, cut]);
  return useSyncExternalStore(store.subscribe, store.get, () => before);
}
