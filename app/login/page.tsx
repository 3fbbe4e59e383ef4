import { Code } from '@mantine/core';
import type { Metadata } from 'next';
import { safeNext } from '~/app/lib/deep-link.ts';
import { AccessCard } from '~/app/session/access-card.tsx';
import { LoginForm } from './login-form.tsx';

export const metadata: Metadata = { title: 'Sign in · Coterie' };

export default async function Page({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const { next } = await searchParams;
  return (
    <AccessCard
      title="Sign in to Coterie"
      lead="The control plane of this Tarantool cluster."
      foot={<>First start? Open the one-time link that <Code>coterie server</Code> printed; it is also in the file <Code>claim-link</Code> of its data directory.</>}
    >
      <LoginForm next={safeNext(typeof next === 'string' ? next : null)} />
    </AccessCard>
  );
}
