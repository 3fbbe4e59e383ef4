/** Where a connection to an agent begins that is upgraded, and to what. */
export const callPath = '/agent';
/** Before the name of a stream. */
export const streamPath = '/agent/follow/';
export const callProtocol = 'coterie-calls';
