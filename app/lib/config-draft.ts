/**
 * Sections as somebody means to change them, and what they were when that began. The draft knows nothing of newer
 * versions until it is told: so what somebody else applies meanwhile neither changes nor loses it.
 */
export type Texts = Readonly<Record<string, string>>;
export type Current = { readonly version: number; readonly sections: Texts };
export type SectionsDraft = {
  readonly baseVersion: number;
  /** Of the touched sections only; null where there was none. */
  readonly base: Readonly<Record<string, string | null>>;
  /** null deletes it. */
  readonly sections: Readonly<Record<string, string | null>>;
};

const at = (texts: Texts, name: string): string | null => (Object.hasOwn(texts, name) ? texts[name]! : null);

/** Null when nothing is left that differs from where the draft began. */
export function edited(draft: SectionsDraft | null, now: Current, changes: Readonly<Record<string, string | null>>): SectionsDraft | null {
  let next = draft ?? { baseVersion: now.version, base: {}, sections: {} };
  for (const [name, text] of Object.entries(changes)) {
    const base = Object.hasOwn(next.base, name) ? next.base[name]! : at(now.sections, name);
    next = text === base ? without(next, name) : { ...next, base: { ...next.base, [name]: base }, sections: { ...next.sections, [name]: text } };
  }
  return Object.keys(next.sections).length === 0 ? null : next;
}

function without(draft: SectionsDraft, name: string): SectionsDraft {
  const { [name]: _base, ...base } = draft.base;
  const { [name]: _text, ...sections } = draft.sections;
  return { ...draft, base, sections };
}

/** What is still to be applied: a section that says already what the draft says is done. */
export function remaining(draft: SectionsDraft | null, now: Current): SectionsDraft | null {
  if (draft === null) return null;
  const done = Object.entries(draft.sections).filter(([name, text]) => at(now.sections, name) === text);
  const left = done.reduce((rest, [name]) => without(rest, name), draft);
  return Object.keys(left.sections).length === 0 ? null : left;
}

/** Sections that the draft changes and that somebody else has changed since it began, in another way. */
export function conflictsOf(draft: SectionsDraft, now: Current): string[] {
  return Object.keys(draft.sections).filter((name) => at(now.sections, name) !== draft.base[name]).toSorted();
}

/** The same texts, now meant for the newest version. What conflicts then replaces what the others wrote. */
export function rebased(draft: SectionsDraft, now: Current): SectionsDraft {
  return { baseVersion: now.version, sections: draft.sections, base: Object.fromEntries(Object.keys(draft.sections).map((name) => [name, at(now.sections, name)])) };
}

/** One conflict decided: their text stands, or mine replaces it. With the last one the draft is meant for the newest version. */
export function resolved(draft: SectionsDraft, now: Current, { name, keep }: { name: string; keep: 'theirs' | 'mine' }): SectionsDraft | null {
  const next = keep === 'theirs' ? without(draft, name) : { ...draft, base: { ...draft.base, [name]: at(now.sections, name) } };
  if (Object.keys(next.sections).length === 0) return null;
  return conflictsOf(next, now).length === 0 ? rebased(next, now) : next;
}

/** From what was kept in the browser's storage; anything else is no draft. */
export function draftFrom(text: string | null): SectionsDraft | null {
  try {
    const value = JSON.parse(text ?? 'null') as Partial<SectionsDraft> | null;
    return typeof value?.baseVersion === 'number' && isTable(value.base) && isTable(value.sections) ? (value as SectionsDraft) : null;
  } catch {
    return null;
  }
}

const isTable = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.values(value).every((one) => one === null || typeof one === 'string');
