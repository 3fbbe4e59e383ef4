'use client';
import { createContext, use, type ReactNode } from 'react';
import { useRules } from '~/app/rules/use-rules.ts';

const Context = createContext<readonly string[]>([]);

/** Codes of the catalogue, which the server side of the layout knows. */
export function IssueCodesProvider({ codes, children }: { codes: readonly string[]; children: ReactNode }) {
  return <Context value={codes}>{children}</Context>;
}

/** Every kind of issue that can come, for fields that name one: the catalogue's, then those of the rules. */
export function useIssueCodes(): string[] {
  const codes = use(Context);
  const rules = useRules().data ?? [];
  return [...codes.toSorted(), ...rules.map(({ name }) => `rule-${name}`).toSorted()];
}
