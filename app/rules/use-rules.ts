'use client';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';

/** Rules are changed seldom: what others change is asked for now and then, what is changed here at once. */
export function useRules() {
  const api = useApi();
  return useQuery({ queryKey: ['rule', 'list'], queryFn: () => api.rule.list.query({}), refetchInterval: 15_000 });
}

export function useRuleTest(name: string, hours: number) {
  const api = useApi();
  return useQuery({ queryKey: ['rule', 'test', name, hours], queryFn: () => api.rule.test.query({ name, hours }) });
}
