import type { UserConfig } from '../generated/config.ts';

/** Returns the config as it is given, typed: what `fmrelease.config.ts` exports by default. */
export const defineConfig = (config: UserConfig): UserConfig => config;
