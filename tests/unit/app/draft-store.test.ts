import { describe, expect, it, onTestFinished } from 'vitest';
import { draftFrom } from '~/app/lib/config-draft.ts';
import { DraftStore } from '~/app/sections/draft-store.ts';

/** A draft in the storage that all tabs share. */
class Stored {
  readonly texts = new Map<string, string>();
  constructor(readonly charsMax = Infinity) {}
  getItem = (key: string) => this.texts.get(key) ?? null;
  removeItem = (key: string) => void this.texts.delete(key);
  setItem(key: string, text: string) {
    if (text.length > this.charsMax) throw new Error('full');
    this.texts.set(key, text);
  }
}

const draft = (text: string) => ({ baseVersion: 1, base: { a: null }, sections: { a: text } });
const storeOn = (storage: Stored) => new DraftStore('k', { storage, parse: draftFrom });

describe('the store of a draft', () => {
  it('keeps it over a reload, until it is none', () => {
    const storage = new Stored();
    storeOn(storage).write(draft('x'));
    const again = storeOn(storage);
    expect(again.read()).toEqual(draft('x'));
    again.write(null);
    expect(storage.texts.size).toBe(0);
  });
  it('says when it is too large, and leaves no old one to come back', () => {
    const storage = new Stored(100);
    const store = storeOn(storage);
    store.write(draft('x'));
    store.write(draft('x'.repeat(200)));
    expect(store.kept).toBe(false);
    expect(store.read()).toEqual(draft('x'.repeat(200)));
    expect(storage.texts.size).toBe(0);
    store.write(draft('y'));
    expect(store.kept).toBe(true);
  });
  it('shows what another tab wrote, but never loses what it holds alone', () => {
    const windowWas = Object.getOwnPropertyDescriptor(globalThis, 'window');
    const target = new EventTarget();
    Object.defineProperty(globalThis, 'window', { value: target, configurable: true });
    onTestFinished(() => { if (windowWas) Object.defineProperty(globalThis, 'window', windowWas); else Reflect.deleteProperty(globalThis, 'window'); });
    const told = (key: string) => target.dispatchEvent(Object.assign(new Event('storage'), { key }));
    const storage = new Stored(100);
    const [mine, theirs] = [storeOn(storage), storeOn(storage)];
    let heard = 0;
    const stop = mine.listen(() => { heard += 1; });
    theirs.write(draft('theirs'));
    told('other');
    expect(heard).toBe(0);
    told('k');
    expect([heard, mine.read()]).toEqual([1, draft('theirs')]);
    mine.write(draft('x'.repeat(200)));
    told('k');
    expect(mine.read()).toEqual(draft('x'.repeat(200)));
    stop();
    mine.write(null);
    expect(heard).toBe(2);
  });
});
