import { promote, prune, rollBack } from '../../src/flow.ts';
import type { MatrixDocument } from '../../src/generated/matrix.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { PublishResult } from '../../src/publish/finish.ts';
import type { Session } from '../../src/session.ts';
import type { ReleaseStore } from '../../src/store/store.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { type Project, planNow, publishNow } from '../support/project.ts';

/** Where a scenario is played: a project, and a way to open a session of it on the store in question. */
export interface Stage {
  readonly project: Project;
  /** `around` is put around the store; `later` moves the clock by so many hours. */
  readonly open: (options?: {
    readonly channel?: string;
    readonly around?: (store: ReleaseStore) => ReleaseStore;
    readonly hoursLater?: number;
  }) => Promise<Session>;
  /** How big the weights of the summarizer are: whether its pack goes up in parts. */
  readonly weightBytes: number;
}

/** One command, given on a channel as `prepare` leaves it. */
export interface Scenario {
  readonly name: string;
  /** True when it uploads the pack that may be big enough to go up in parts. */
  readonly inParts?: boolean;
  /** What happened on the channel before, and what the command needs. */
  readonly prepare: (stage: Stage) => Promise<Command>;
}

/** A command that may be given again and again. */
export interface Command {
  readonly hoursLater?: number;
  readonly run: (session: Session) => Promise<PublishResult>;
  /** The same on the command line, where no file is needed for it. */
  readonly args?: readonly string[];
}

const publishes: Command = { run: (session) => publishNow(session), args: ['publish', '--yes'] };

/** Everything that commits, on channels in every state that a command can meet. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a first publish',
    inParts: true,
    prepare: async (stage) => {
      await addBoth(stage, '1.0.0');
      return publishes;
    },
  },
  {
    name: 'an update',
    inParts: true,
    prepare: async (stage) => {
      await publishBoth(stage, '1.0.0');
      await addBoth(stage, '2.0.0');
      return publishes;
    },
  },
  {
    name: 'a publish over a projection that lags',
    prepare: async (stage) => {
      await publishBoth(stage, '1.0.0');
      await stage.project.add('tagger', '2.0.0');
      await publishNow(await stage.open({ around: deafToReplace }));
      await stage.project.add('tagger', '3.0.0');
      return publishes;
    },
  },
  {
    name: 'a publish with nothing to do over a projection that lags',
    prepare: async (stage) => {
      await publishBoth(stage, '1.0.0');
      await stage.project.add('tagger', '2.0.0');
      await publishNow(await stage.open({ around: deafToReplace }));
      return publishes;
    },
  },
  {
    name: 'a rollback',
    prepare: async (stage) => {
      await publishBoth(stage, '1.0.0');
      await stage.project.add('tagger', '2.0.0');
      await publishNow(await stage.open());
      return {
        run: (session) => rollBack(session, { to: 1, only: [] }, NO_MESSAGE),
        args: ['rollback', '--to', '1', '--yes'],
      };
    },
  },
  {
    name: 'a promotion',
    prepare: async (stage) => {
      await publishBoth(stage, '1.0.0');
      await stage.project.add('tagger', '2.0.0');
      await publishNow(await stage.open({ channel: 'beta' }));
      const promotion = { from: 'beta', only: [], remove: [], liftHolds: [] };
      return {
        run: (session) => promote(session, promotion, NO_MESSAGE),
        args: ['promote', '--from', 'beta', '--to', 'stable', '--yes'],
      };
    },
  },
  {
    name: 'a publish of a pack that prune has marked',
    prepare: async (stage) => {
      await publishBoth(stage, '1.0.0');
      await stage.project.add('tagger', '2.0.0');
      await publishNow(await stage.open());
      const { packs } = await prune(await stage.open({ hoursLater: 72 }), { act: true });
      if (packs.length !== 1 || packs[0]?.outcome !== 'marked') throw new Error('nothing was marked');
      stage.project.editMatrix(serving('tagger', '1.0.0'));
      return { ...publishes, hoursLater: 73 };
    },
  },
  {
    name: 'a saved plan',
    prepare: async (stage) => {
      await publishBoth(stage, '1.0.0');
      await stage.project.add('tagger', '2.0.0');
      const plan: Plan = await planNow(await stage.open());
      return { run: (session) => publishNow(session, { plan }) };
    },
  },
];

/** Retention under which one revision keeps its packs, and no other does. */
export const RETENTION = { revisions: 1, builds: 1, days: 1 };

/** Registers and serves a build of the summarizer and one of the tagger. */
export async function addBoth(
  { project, weightBytes }: Pick<Stage, 'project' | 'weightBytes'>,
  version: string,
) {
  await project.add('summarizer', version, { weightBytes });
  await project.add('tagger', version);
}

async function publishBoth(stage: Stage, version: string): Promise<void> {
  await addBoth(stage, version);
  await publishNow(await stage.open());
}

/** A store on which no projection can be written: the commit stands, and nobody serves it. */
const deafToReplace = (store: ReleaseStore): ReleaseStore =>
  faultyStore(store, ({ method }) => (method === 'replace' ? 'never-arrives' : 'none'));

/** Serves another registered build of an adapter, as a person would by hand. */
const serving =
  (name: string, version: string) =>
  (matrix: MatrixDocument): MatrixDocument => {
    const adapter = matrix.adapters[name];
    if (adapter === undefined) throw new Error(`the matrix has no "${name}"`);
    const serve = adapter.serve.map((line) => ('version' in line ? { ...line, version } : line));
    return { ...matrix, adapters: { ...matrix.adapters, [name]: { ...adapter, serve } } };
  };

const NO_MESSAGE = { message: null };
