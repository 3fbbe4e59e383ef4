'use client';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '~/app/api.tsx';

/** What others change is asked for now and then; what is changed here, at once. */
const refetchInterval = 10_000;

export function useDatabaseUsers() {
  const api = useApi();
  return useQuery({ queryKey: ['databaseUser', 'list'], queryFn: () => api.databaseUser.list.query({}), refetchInterval });
}

export function useDatabaseRoles() {
  const api = useApi();
  return useQuery({ queryKey: ['databaseRole', 'list'], queryFn: () => api.databaseRole.list.query({}), refetchInterval });
}
