/** One operator that needs nobody else, on deployed contracts. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { keccak256, stringToHex } from "viem";
import { type Operator, type OperatorContext, openOperator } from "../../../oracle/pipeline/operator/operator.ts";
import type { OperatorSettings } from "../../../oracle/pipeline/operator/operator-settings.ts";
import { lockDataDir } from "../../../oracle/platform/data-dir-lock.ts";
import { openDatabase } from "../../../oracle/platform/database/database.ts";
import type { Anvil } from "../../helpers/anvil.ts";
import { SIGNERS } from "../chain/oracle-fixture.ts";

/** Where it runs. */
export interface LoneOperatorOptions extends OperatorContext, Pick<OperatorSettings, "contracts" | "artifactsDir"> {
  /** Folder of its lock, database and guard. */
  readonly folder: string;
  readonly anvil: Anvil;
}

/** Opens the operator of the first signer; the closer closes it. */
export async function openLoneOperator(options: LoneOperatorOptions): Promise<Operator> {
  const { folder, anvil, contracts, artifactsDir, logger, closer } = options;
  const lock = lockDataDir(folder);
  closer.add("data folder lock", () => lock.release());
  const database = await openDatabase({ url: null, lock, logger });
  closer.add("database", () => database.close());
  const signer = SIGNERS[0];
  assert.ok(signer !== undefined);
  return await openOperator(
    {
      index: 0,
      signerKey: keccak256(stringToHex("test operator 0")),
      operators: [signer.address],
      threshold: 1,
      f: 0,
      chain: { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, fromBlock: 0n },
      contracts,
      markets: [{ marketId: 1, asset: "BTC", baseDecimals: 8, quoteDecimals: 6 }],
      market: { kind: "simulator", seed: 7, scenario: null },
      lending: [],
      lendingBudgetMs: 3_000,
      caution: null,
      noise: { seed: "7/operator-0", noiseBps: 3, delaySec: 1 },
      guardPath: join(folder, "guard"),
      guardMustExist: false,
      artifactsDir,
      database: database.openHandle(),
      logLevel: "warn",
    },
    { logger, closer },
  );
}
