import { ReleaseError } from '../errors.ts';

/** The platforms that Background Assets packs name. `iOS` covers iPadOS (Apple's packer refuses `iPadOS`). */
export const PLATFORMS = ['iOS', 'macOS', 'tvOS', 'visionOS'] as const;

/** One of {@link PLATFORMS}, in Apple's spelling. */
export type Platform = (typeof PLATFORMS)[number];

/** True when `text` is a platform in Apple's spelling. */
export const isPlatform = (text: string): text is Platform => PLATFORMS.some((platform) => platform === text);

/** Returns why `text` is no platform, as one sentence that ends with what to write instead. */
export function explainPlatform(text: string): string {
  if (text.toLowerCase() === 'ipados')
    return '"iPadOS" is not a platform of its own: write "iOS", which covers iPadOS.';
  const near = PLATFORMS.find((platform) => platform.toLowerCase() === text.toLowerCase());
  if (near !== undefined) return `"${text}" is not a platform: write "${near}".`;
  return `"${text}" is not a platform: expected one of ${PLATFORMS.join(', ')}.`;
}

/**
 * Reads a platform that a user typed.
 *
 * @throws ReleaseError `USAGE` with the accepted spelling
 */
export function parsePlatform(text: string): Platform {
  if (isPlatform(text)) return text;
  throw new ReleaseError('USAGE', explainPlatform(text), { fix: `Pass one of ${PLATFORMS.join(', ')}.` });
}
