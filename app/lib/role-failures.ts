import type { RoleFailure } from '~/contract/shapes/roles-status.ts';

/** What of a role failed, in front of the message: "failed in init: ...". */
const phrases: Readonly<Record<RoleFailure['phase'], string>> = { load: 'its code could not be loaded', stop: 'failed in stop', init: 'failed in init', apply_config: 'failed in apply_config', schema: 'its spaces are not as it wants them', rights: 'its rights are not as it gives them', users: 'not as the configuration has it' };

export const failurePhrase = ({ phase, message }: Pick<RoleFailure, 'phase' | 'message'>): string => `${phrases[phase]}: ${message}`;
