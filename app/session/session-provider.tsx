'use client';
import { Center, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createContext, use, useEffect, type ReactNode } from 'react';
import { useApi } from '~/app/api.tsx';
import { loginPath } from '~/app/lib/deep-link.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import type { Role } from '~/contract/operation.ts';

export type Session = { readonly user: string; readonly role: Role };
const Context = createContext<Session | null>(null);

/** Shows what is inside to who is signed in; sends everybody else to the sign-in page and back here afterwards. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const me = useQuery({
    queryKey: ['session'],
    queryFn: () => api.session.me.query({}),
    retry: (_count, error) => problemFrom(error).code === 'UNAVAILABLE',
    retryDelay: 1500,
  });
  const out = me.error !== null && problemFrom(me.error).code === 'UNAUTHENTICATED';
  useEffect(() => {
    if (out) window.location.replace(loginPath(window.location.pathname + window.location.search));
  }, [out]);
  if (!me.data || out) {
    return (
      <Center mih="100vh">
        <Loader aria-label="Signing in" />
      </Center>
    );
  }
  return <Context value={me.data}>{children}</Context>;
}

export function useSession(): Session {
  const session = use(Context);
  if (!session) throw new Error('no session around this component');
  return session;
}
