import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addAdapter } from '../../src/matrix/add-adapter.ts';
import type { Platform } from '../../src/model/platform.ts';
import type { DownloadManifest } from '../../src/release/projection.ts';
import type { Session } from '../../src/session.ts';
import { installStandIn, openStandIn } from '../support/ba-package-stand-in/install.ts';
import { writeOld } from '../support/make-adapter.ts';
import { makeProject, type Project, type SessionOptions } from '../support/project.ts';

/** A project whose target has managed hosting, and the stand-in for Apple's packer. */
export interface ManagedProject extends Project {
  /** The stand-in's path. */
  readonly tool: string;
  /** Registers a folder of files as an adapter of kind `files`, served to both system models of OS 27 alone. */
  addFiles(name: string, version: string, content: string): Promise<void>;
}

/** Makes a managed project with these adapters at build 1.0.0; every session finds the stand-in. */
export async function makeManagedProject(
  root: string,
  adapters: readonly string[] = [],
  target: Readonly<Record<string, unknown>> = {},
): Promise<ManagedProject> {
  mkdirSync(root, { recursive: true });
  const tool = installStandIn(root);
  const local = { kind: 'directory', path: 'cdn', publicUrl: 'http://127.0.0.1:8787/', hosting: 'managed' };
  const project = await makeProject(root, adapters, { targets: { local: { ...local, ...target } } });
  const session = (options: SessionOptions = {}): Promise<Session> =>
    project.session({ packTool: () => openStandIn(tool), ...options });
  return {
    ...project,
    tool,
    session,
    addFiles: async (name, version, content) => {
      const path = join(root, 'bundles', name);
      writeOld(join(path, 'model', 'weights.bin'), content);
      writeOld(join(path, 'about.txt'), `${name} ${version}`);
      const { config, io } = await session();
      const request = { path, version, kind: 'files', name, platforms: [], systemModels: OS_27 } as const;
      await addAdapter(config, request, io);
      project.editMatrix((matrix) => {
        matrix.adapters[name]?.serve.push(
          ...OS_26.map((systemModel) => ({ systemModel, none: 'base-model' as const })),
        );
        return matrix;
      });
    },
  };
}

/** The bytes of a platform's download manifest. */
export const readDownloadBytes = ({ cdn }: Pick<Project, 'cdn'>, platform: Platform): Buffer =>
  readFileSync(join(cdn, 'v1', 'channels', 'stable', `${platform}.json`));

/** A platform's download manifest. */
export function readDownload(project: Pick<Project, 'cdn'>, platform: Platform): DownloadManifest {
  const manifest: DownloadManifest = JSON.parse(readDownloadBytes(project, platform).toString('utf8'));
  return manifest;
}

const OS_26 = ['os26.0', 'os26.4', 'os26.5'];
const OS_27 = ['afm3-core', 'afm3-core-advanced'];
