import { describe, expect, it } from 'vitest';
import { ConsoleStore } from '~/app/console/console-store.ts';
import { cellText, gridOf, historyFrom, historyMax, outcomeWord, remember, summaryOf, targetsChosen, targetsFrom, tookText, valueTexts, type Command } from '~/app/lib/console.ts';
import type { ConsoleAnswer } from '~/contract/console.ts';

const lua = (code: string): Command => ({ language: 'lua', code });
const result = (given: Partial<ConsoleAnswer>): ConsoleAnswer => ({ instance: 'a', replicaset: 's1', leadership: 'master', state: 'done', ok: true, values: [], columns: null, error: null, truncated: false, tookMs: 1, ...given });

function storeOf({ kept = null, answer = async () => result({ values: [1] }) }: { kept?: string | null; answer?: () => Promise<ConsoleAnswer> } = {}) {
  const asked: Command[] = [];
  const box = { text: kept };
  const store = new ConsoleStore({
    evaluate: async (command) => {
      asked.push(command);
      return [await answer()];
    },
    where: () => ({ on: 'a,b', write: false }),
    now: () => 5,
    kept: { read: () => box.text, write: (text) => (box.text = text) },
  });
  const run = async (code: string) => {
    store.change({ code });
    await store.run();
  };
  return { store, asked, box, run, code: () => store.get().command.code };
}

describe('the console', () => {
  it('runs, empties the text, and keeps the history in the tab', async () => {
    const { store, asked, box, run, code } = storeOf();
    await run('return 1');
    await run('return 2');
    expect(asked).toEqual([lua('return 1'), lua('return 2')]);
    expect(code()).toBe('');
    expect(store.get().entries.map(({ number, outcome }) => [number, outcome.kind])).toEqual([[2, 'answered'], [1, 'answered']]);
    expect(storeOf({ kept: box.text }).store.get().history).toEqual([lua('return 2'), lua('return 1')]);
  });

  it('runs one at a time, and nothing of blanks', async () => {
    let finish: (answer: ConsoleAnswer) => void = () => {};
    const { store, asked } = storeOf({ answer: () => new Promise((resolve) => (finish = resolve)) });
    store.change({ code: '  ' });
    await store.run();
    store.change({ code: 'return 1' });
    const first = store.run();
    store.change({ code: 'return 2' });
    await store.run();
    expect(asked).toEqual([lua('return 1')]);
    expect(store.running).toBe(true);
    finish(result({}));
    await first;
    expect([store.running, store.get().command.code]).toEqual([false, 'return 2']);
  });

  it('gives the text back when the call failed, unless another was begun', async () => {
    const { store, run, code } = storeOf({ answer: async () => Promise.reject(new Error('gone')) });
    await run('return 1');
    expect(code()).toBe('return 1');
    expect(store.get().entries[0]!.outcome).toMatchObject({ kind: 'failed', problem: { code: 'UNAVAILABLE' } });
  });

  it('goes back and forth as fast as the keys come, and ends at what was being written', async () => {
    const { store, run, code } = storeOf();
    for (const text of ['a', 'b', 'c']) await run(text);
    store.change({ code: 'unfinished' });
    expect([store.earlier(), store.earlier(), store.earlier(), store.earlier()]).toEqual([true, true, true, false]);
    expect(code()).toBe('a');
    // What the editor tells back is no new text.
    store.change({ code: 'a' });
    expect([store.later(), code(), store.later(), code(), store.later(), code(), store.later()]).toEqual([true, 'b', true, 'c', true, 'unfinished', false]);
    store.earlier();
    store.change({ code: 'c and more' });
    store.earlier();
    expect(code()).toBe('c');
  });

  it('takes the language of a command from the history too', async () => {
    const { store, run } = storeOf();
    await run('return 1');
    store.change({ language: 'sql', code: 'SELECT 1' });
    await store.run();
    store.earlier();
    store.earlier();
    expect(store.get().command).toEqual(lua('return 1'));
  });
});

describe('where it runs', () => {
  it('is kept with each command, whatever is chosen after', async () => {
    const { store, run } = storeOf({ answer: async () => result({ ok: false, state: 'late' }) });
    await run('return 1');
    expect(store.get().entries[0]).toMatchObject({ on: 'a,b', write: false });
    expect(outcomeWord(store.get().entries[0]!)).toBe('error');
  });

  it('comes from the address, and is the masters where that says nothing', () => {
    expect([null, '', ' , ', 's1', 's1, s2'].map(targetsFrom)).toEqual([['masters'], ['masters'], ['masters'], ['s1'], ['s1', 's2']]);
  });

  it('is everywhere or some, as was chosen last', () => {
    expect(targetsChosen(['masters'], ['masters', 'a'])).toEqual(['a']);
    expect(targetsChosen(['a', 'b'], ['a', 'b', 'all'])).toEqual(['all']);
    expect(targetsChosen(['a', 'b'], ['b'])).toEqual(['b']);
    expect(targetsChosen(['all'], [])).toEqual([]);
  });
});

describe('its history', () => {
  it('holds each command once, newest first, and no more than its limit', () => {
    const all = Array.from({ length: historyMax + 5 }, (_, index) => lua(`return ${index}`)).reduce<readonly Command[]>(remember, []);
    expect(all).toHaveLength(historyMax);
    expect(remember(all, all[3]!)).toHaveLength(historyMax);
    expect(remember(all, all[3]!)[0]).toEqual(all[3]);
  });

  it('is empty where the tab has kept something else', () => {
    for (const text of [null, '', '{', '[1]', '{"a":1}']) expect(historyFrom(text)).toEqual([]);
  });
});

describe('an answer', () => {
  it('is a table for rows and a text for each value', () => {
    const rows = result({ columns: [{ name: 'id', type: 'integer' }], values: [[1, null, 'x', { a: 1 }], 'odd'] });
    expect(gridOf(rows)!.rows).toEqual([['1', 'NULL', 'x', '{"a":1}'], ['odd']]);
    expect(gridOf(result({}))).toBeNull();
    expect(valueTexts(result({ values: [1, 'a', { b: [1] }] }))).toEqual(['1', '"a"', '{\n  "b": [\n    1\n  ]\n}']);
    expect(cellText('9007199254740993')).toBe('9007199254740993');
    expect([result({}), result({ values: [1] }), rows].map(summaryOf)).toEqual(['nothing returned', '1 value', '2 rows']);
    expect([0.4167, 38.2, 1240].map(tookText)).toEqual(['0.42 ms', '38 ms', '1.2 s']);
  });
});
