import type { Metadata } from 'next';
import { AccessCard } from '~/app/session/access-card.tsx';
import { ClaimForm } from './claim-form.tsx';

export const metadata: Metadata = { title: 'One-time link · Coterie', referrer: 'no-referrer' };

type Params = { readonly code?: string | string[]; readonly name?: string | string[] };

/** `name` is in links that let one user back in: such a link is good for that user only. */
export default async function Page({ searchParams }: { searchParams: Promise<Params> }) {
  const { code, name } = await searchParams;
  const user = typeof name === 'string' && name !== '' ? name : null;
  return (
    <AccessCard
      title={user === null ? 'Welcome to Coterie' : `Welcome back, ${user}`}
      lead={user === null ? 'This link works once. Choose a name and a password; what it will do is said below.' : 'This link works once, and for this name only. Choose a new password.'}
    >
      <ClaimForm code={typeof code === 'string' ? code : ''} user={user} />
    </AccessCard>
  );
}
