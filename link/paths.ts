/** Where an agent's HTTP listener answers tRPC's clients, and what a connection for calls is upgraded to. */
export const agentPath = '/agent';
/** Before the name of a stream. */
export const streamPath = '/agent/follow/';
export const callProtocol = 'coterie-calls';
