import type { Metadata } from 'next';
import { AccessCard } from '~/app/session/access-card.tsx';
import { ClaimForm } from './claim-form.tsx';

export const metadata: Metadata = { title: 'First start · Coterie', referrer: 'no-referrer' };

export default async function Page({ searchParams }: { searchParams: Promise<{ code?: string | string[] }> }) {
  const { code } = await searchParams;
  return (
    <AccessCard title="Welcome to Coterie" lead="This link works once. Choose the name and password of the first administrator; more users can be added later.">
      <ClaimForm code={typeof code === 'string' ? code : ''} />
    </AccessCard>
  );
}
