'use client';
import { useRef, useState } from 'react';
import { useApi } from '~/app/api.tsx';
import { earlier, entriesMax, historyFrom, later, remember, rowsMax, type Command, type ConsoleLanguage, type Entry, type Moved, type Outcome, type Place } from '~/app/lib/console.ts';
import { problemFrom } from '~/app/lib/problem.ts';

/** One console: the text, what was run in it, and the history that the tab keeps over a reload. */
export function useConsole(uuid: string, timeoutMs: number) {
  const api = useApi();
  const key = `coterie console ${uuid}`;
  const [history, setHistory] = useState(() => historyFrom(sessionStorage.getItem(key)));
  const [command, setCommand] = useState<Command>(() => ({ language: historyFrom(sessionStorage.getItem(key))[0]?.language ?? 'lua', code: '' }));
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [place, setPlace] = useState<Place>({ index: null, draft: command });
  const numbers = useRef(0);
  const running = entries.some(({ outcome }) => outcome.kind === 'running');

  const change = (next: Partial<Command>) => {
    setCommand((before) => ({ ...before, ...next }));
    if (next.code !== undefined) setPlace((before) => ({ ...before, index: null }));
  };
  const finish = (number: number, outcome: Outcome) => setEntries((before) => before.map((entry) => (entry.number === number ? { ...entry, outcome } : entry)));

  const run = async () => {
    const { language, code } = command;
    if (code.trim() === '' || running) return;
    const number = (numbers.current += 1);
    const kept = remember(history, command);
    setHistory(kept);
    sessionStorage.setItem(key, JSON.stringify(kept));
    setPlace({ index: null, draft: command });
    setEntries((before) => [{ number, at: Date.now(), language, code, outcome: { kind: 'running' } as const }, ...before].slice(0, entriesMax));
    setCommand({ language, code: '' });
    try {
      const { data } = await api.instance.eval.mutate({ instance: uuid, language, code, timeoutMs, rowsMax });
      // Data is missing from previews only.
      finish(number, { kind: 'answered', result: data! });
    } catch (error) {
      finish(number, { kind: 'failed', problem: problemFrom(error) });
      // Nothing was run, or nobody knows: the text is there to be run again.
      setCommand((now) => (now.code === '' ? { language, code } : now));
    }
  };

  const move = (moved: Moved | null): boolean => {
    if (moved === null) return false;
    setPlace(moved.place);
    setCommand(moved.command);
    return true;
  };

  return {
    command, change, entries, history, running, run,
    clear: () => setEntries([]),
    earlier: () => move(earlier(history, place, command)),
    later: () => move(later(history, place)),
    language: (language: ConsoleLanguage) => change({ language }),
  };
}

export type Console = ReturnType<typeof useConsole>;
