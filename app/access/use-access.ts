'use client';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';

/** The event stream does not tell of users, so what others change is asked for now and then; what is changed here, at once. */
const refetchInterval = 15_000;

export function useUsers() {
  const api = useApi();
  return useQuery({ queryKey: ['user', 'list'], queryFn: () => api.user.list.query({}), refetchInterval });
}

export function useTokens() {
  const api = useApi();
  return useQuery({ queryKey: ['token', 'list'], queryFn: () => api.token.list.query({}), refetchInterval });
}

export function useSessions() {
  const api = useApi();
  return useQuery({ queryKey: ['session', 'list'], queryFn: () => api.session.list.query({}), refetchInterval });
}
