import { Select } from '@mantine/core';
import { roles, type Role } from '~/contract/operation.ts';

const descriptions: Record<Role, string> = { viewer: 'sees everything but users and audit', operator: 'changes the cluster', admin: 'changes everything, users too' };

/** `most` is the highest role that may be given. */
export function RoleField({ value, onChange, most = 'admin', description, error }: { value: Role | null; onChange: (role: Role) => void; most?: Role; description?: string; error?: string | undefined }) {
  const data = roles.slice(0, roles.indexOf(most) + 1).map((role) => ({ value: role, label: `${role}: ${descriptions[role]}` }));
  return <Select label="Role" placeholder="Choose a role" description={description} allowDeselect={false} data={data} value={value} error={error} onChange={(role) => role !== null && onChange(role as Role)} />;
}
