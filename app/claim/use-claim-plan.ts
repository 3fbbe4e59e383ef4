'use client';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { mutate, useApi } from '~/app/api.tsx';
import { checkDraft } from '~/app/lib/draft.ts';

/** Previews count as attempts, of which a machine has few: one when a name stands still, none twice. */
const restMs = 800;
/** A preview does not look at the password, and the one that is being typed need not travel for it. */
const anyPassword = 'only a preview';

/** What the link does for this name, in the server's words; null while that is not known, or the link is not good. */
export function useClaimPlan(code: string, name: string): string | null {
  const api = useApi();
  const [settled] = useDebouncedValue(name, restMs);
  const input = { code, name: settled, password: anyPassword };
  const plan = useQuery({
    queryKey: ['plan', 'session.claim', code, settled],
    queryFn: () => mutate(api, 'session.claim', { ...input, dryRun: true }),
    enabled: code !== '' && checkDraft('session.claim', input).complete,
    retry: false,
    staleTime: Infinity,
  });
  return settled === name ? (plan.data?.plan.summary ?? null) : null;
}
