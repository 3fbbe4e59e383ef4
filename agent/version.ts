import manifest from '~/package.json' with { type: 'json' };

/** Of the whole product: agents and servers are released together. */
export const agentVersion: string = manifest.version;
