import type { Browser } from 'playwright-core';

/** Where a browser of Chromium's family is; undefined without one. */
export function findChromium(): string | undefined;

/** Starts it headless with an empty profile. Rejects when there is none. */
export function openBrowser(): Promise<Browser>;
