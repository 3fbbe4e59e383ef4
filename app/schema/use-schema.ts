'use client';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { checkSchema, useApi } from '~/app/api.tsx';
import { spaceGroups } from '~/app/lib/schema-rows.ts';
import { faultsInText, sameSpaces, type TextFault } from '~/app/lib/schema-text.ts';
import { problemFrom, type Shown } from '~/app/lib/problem.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useDraft } from '~/app/sections/use-draft.ts';
import type { CodeCheck } from '~/contract/shapes/code.ts';

/** What is on its way is looked at often, the rest now and then: masters are asked. */
const [soonMs, laterMs] = [1500, 10_000];
const longestMs = 60_000;

/** All spaces of all roles, and the custom roles there are. */
export function useSpacesOfRoles() {
  const api = useApi();
  const version = useLive().overview?.configVersion ?? null;
  const spaces = useQuery({
    queryKey: ['schema', 'list', version],
    queryFn: () => api.schema.list.query({}),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.some((row) => row.state === 'building' || (row.state === 'pending' && row.replicaset !== null)) ? soonMs : laterMs),
    retry: false,
  });
  const roles = useQuery({ queryKey: ['schema', 'roles', version], queryFn: () => api.role.list.query({}), placeholderData: keepPreviousData, retry: false });
  const groups = useMemo(() => (spaces.data ? spaceGroups(spaces.data) : null), [spaces.data]);
  const custom = useMemo(() => roles.data?.filter((role) => role.custom).map(({ name }) => name) ?? null, [roles.data]);
  return { spaces, groups, roles: custom };
}

/** The text of one role's spaces, and the draft of it in this browser. */
export function useSchemaText(role: string) {
  const api = useApi();
  const newest = useLive().overview?.configVersion ?? null;
  const exported = useQuery({
    queryKey: ['schema', 'export', role, newest],
    queryFn: () => api.schema.export.query({ role }),
    placeholderData: (before, query) => (query?.queryKey[2] === role ? before : undefined),
    retry: false,
  });
  const { data } = exported;
  const now = useMemo(() => (data ? { version: data.version, sections: { [role]: data.document } } : null), [data, role]);
  const { draft, edit, resolve, kept } = useDraft('schema', now);
  const text = draft?.sections[role] ?? null;
  const moved = text !== null && data !== undefined && draft?.base[role] !== data.document;
  // What was applied comes back as the server writes it: the same spaces in other words are no draft any more.
  const done = moved && sameSpaces(text, data.document);
  useEffect(() => {
    if (done) resolve(role, 'theirs');
  });
  return { exported, running: data?.document ?? '', text: text ?? data?.document ?? '', changed: text !== null && !done, conflict: moved && !done, version: data?.version ?? 0, kept, write: (next: string) => edit({ [role]: next }), resolve: (keep: 'theirs' | 'mine') => resolve(role, keep) };
}

export type SchemaVerdict = { readonly document: string; readonly inText: readonly TextFault[] | null; readonly answer: CodeCheck | null; readonly problem: Shown | null };

/** Asks every instance what it would say of the text. The verdict is of the text that was sent. */
export function useSchemaCheck(role: string) {
  return useMutation({
    mutationFn: async (document: string): Promise<SchemaVerdict> => {
      try {
        return { document, inText: null, answer: await checkSchema(role, document, AbortSignal.timeout(longestMs)), problem: null };
      } catch (error) {
        const problem = problemFrom(error);
        const inText = faultsInText(problem);
        return { document, inText, answer: null, problem: inText === null ? problem : null };
      }
    },
  });
}
