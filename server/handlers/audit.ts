import type { contract } from '~/contract/index.ts';
import type { HandlersOf } from './context.ts';

/** The audit log is written in one place (`server/surfaces/audited.ts`) and read here. */
export const auditHandlers: HandlersOf<Pick<typeof contract, 'audit'>>['audit'] = {
  list: ({ services: { store } }, filter) => store.audit.list(filter),
};
