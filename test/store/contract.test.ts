import { openDirectoryStore } from '../../src/store/directory.ts';
import { openMemoryStore } from '../support/memory-store.ts';
import { scratchFolder } from '../support/scratch.ts';
import { describeStoreContract } from './contract.ts';

describeStoreContract('directory', () => openDirectoryStore(`${scratchFolder()}/cdn`, 'cdn'));
describeStoreContract('memory', () => openMemoryStore());
