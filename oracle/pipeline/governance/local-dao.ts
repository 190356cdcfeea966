/** The DAO of a local run: what it decides is watched, and for a demonstration one change is walked through. */
import type { Logger } from "pino";
import type { ChainClient } from "../../chain/client.ts";
import type { OracleReader } from "../../chain/oracle-reader.ts";
import type { GovernanceReport } from "../../domain/governance.ts";
import type { Address } from "../../domain/units.ts";
import { createDaoVoter, type DaoVoter } from "../../simulation/agents/dao-voter.ts";
import type { LocalClient } from "../../simulation/agents/local-world.ts";
import { chooseNarrowing } from "./choose-narrowing.ts";
import { createGovernanceWatch } from "./governance-watch.ts";
import { readLiveState } from "./live-positions.ts";

/** Where the DAO of a local deployment is. */
export interface DaoPlace {
  /** Address by the name that the deployment gave it. */
  readonly at: (name: string) => Address;
  /** Unlocked account that holds the votes; `null` where the deployment made no token of its own. */
  readonly holder: Address | null;
}

/** What the DAO works with. */
export interface LocalDaoOptions {
  readonly chain: ChainClient;
  readonly reader: OracleReader;
  readonly client: LocalClient;
  readonly place: DaoPlace;
  /** Whether a change is proposed and walked through. */
  readonly isDemo: boolean;
  readonly show: (report: GovernanceReport) => void;
  readonly logger: Pick<Logger, "warn">;
}

/** The DAO of a local run. */
export interface LocalDao {
  /** Looks what was decided. */
  look(): Promise<void>;
  /** Does the next thing of the demonstration. @returns what happened, for people. */
  step(): Promise<readonly string[]>;
}

/** Opens the DAO; nothing is read or sent yet. */
export function createLocalDao(options: LocalDaoOptions): LocalDao {
  const watch = createGovernanceWatch({ ...options, at: options.place.at, fromBlock: 0n });
  let voter: DaoVoter | null = null;
  return {
    look: () => watch.look(),
    step: async () => {
      if (!options.isDemo) return [];
      voter ??= await openVoter(options);
      const events = (await voter?.step()) ?? [];
      if (events.length > 0) await watch.look();
      return events;
    },
  };
}

async function openVoter({ chain, client, place: { at, holder } }: LocalDaoOptions): Promise<DaoVoter | null> {
  if (holder === null) return null;
  const change = chooseNarrowing(await readLiveState(chain, at));
  if (change === null) return null;
  const contracts = { governor: at("governor"), votesToken: at("votesToken"), oracle: at("riskOracle") };
  return createDaoVoter({ client, holder, ...contracts }, change);
}
