import { open } from 'node:fs/promises';

/** Makes a rename or link in `folder` survive a power cut. A system that cannot sync folders is left as it is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
