/** True for the names of this machine that a URL may have over plain http. */
export const isLoopback = (hostname: string): boolean => LOOPBACK.has(hostname);

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
