/** The extension types of Tarantool that have a class here; all others stay `Ext`. */
export const extensions = { decimal: 1, uuid: 2 } as const satisfies Record<string, number>;
