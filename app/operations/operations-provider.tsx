'use client';
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';
import type { Draft, MutationName } from '~/app/lib/operation-types.ts';
import { useReturnFocus } from '~/app/ui/return-focus.tsx';
import { useChangeSet } from './change-set-provider.tsx';
import { OperationDialog } from './operation-dialog.tsx';

type Operations = {
  readonly open: (operation: MutationName, input?: Draft) => void;
  /** The collected changes, as the one operation that makes them all. */
  readonly review: () => void;
};
type Request = { readonly id: number; readonly operation: MutationName; readonly input: Draft; readonly review: boolean };

const Context = createContext<Operations | null>(null);

/** One dialog for every operation, opened by name from anywhere. */
export function OperationsProvider({ children }: { children: ReactNode }) {
  const [request, setRequest] = useState<Request | null>(null);
  const [opened, setOpened] = useState(false);
  const { set } = useChangeSet();
  const show = useCallback((asked: Omit<Request, 'id'>) => {
    setRequest((before) => ({ id: (before?.id ?? 0) + 1, ...asked }));
    setOpened(true);
  }, []);
  const open = useCallback((operation: MutationName, input: Draft = {}) => show({ operation, input, review: false }), [show]);
  const review = useCallback(() => show({ operation: 'topology.apply', input: { edits: set?.edits ?? [] }, review: true }), [show, set]);
  const layer = useReturnFocus('operation', opened);
  const operations = useMemo(() => ({ open, review }), [open, review]);
  return (
    <Context value={operations}>
      {children}
      {request && <OperationDialog key={request.id} operation={request.operation} input={request.input} review={request.review} opened={opened} layer={layer} onClose={() => setOpened(false)} />}
    </Context>
  );
}

export function useOperations(): Operations {
  const operations = use(Context);
  if (!operations) throw new Error('no operations around this component');
  return operations;
}
