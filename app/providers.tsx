'use client';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiProvider, createApi } from './api.tsx';
import { theme, variables } from './theme.ts';

/** One API client and one query cache for the life of the tab. */
export function Providers({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  const [api] = useState(createApi);
  const [queries] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: 1000 } } }));
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" {...(nonce ? { getStyleNonce: () => nonce } : {})}>
      <Notifications position="bottom-right" autoClose={6000} />
      <QueryClientProvider client={queries}>
        <ApiProvider value={api}>{children}</ApiProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
