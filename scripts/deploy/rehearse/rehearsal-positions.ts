/** What a rehearsal stands on: fresh prices, and a put at the money and a covered call in every market. */
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { phasedTestFeedAbi } from "../../../oracle/chain/abi/phased-test-feed.ts";
import { testTokenAbi } from "../../../oracle/chain/abi/test-token.ts";
import type { DeploymentConfig } from "../deployment-config.ts";
import type { DevelopmentChain } from "./development-chain.ts";

type MarketConfig = DeploymentConfig["markets"][number];

const E8 = 100_000_000n;
const DAY_SEC = 86_400;
/** Options of the vault expire at 08:00 UTC. */
const EXPIRY_SECOND = 28_800;
/** Beyond the votes that follow. */
const TENOR_DAYS = 45;
/** Strike of the calls over spot. */
const CALL_STRIKE_PERCENT = 110n;
const PERCENT = 100n;

/** Pushes the rehearsal's price of every market at the present time. */
export async function pushRehearsalPrices(dev: DevelopmentChain, { markets }: DeploymentConfig): Promise<void> {
  for (const market of markets) {
    const feed = { to: dev.at(`feed${market.asset}`), abi: phasedTestFeedAbi };
    await dev.send(dev.deployer, { ...feed, functionName: "push", args: [spotE8(market), await dev.now()] });
  }
}

/** Opens a put and a call, both fully collateralised, in every market; returns the ids in order. */
export async function openRehearsalPositions(
  dev: DevelopmentChain,
  { markets }: DeploymentConfig,
): Promise<readonly bigint[]> {
  const vault = { address: dev.at("vault"), abi: optionVaultAbi } as const;
  const count = async () => await dev.chain.reader.readContract({ ...vault, functionName: "positionCount" });
  const before = await count();
  for (const [index, market] of markets.entries()) {
    const [spot, token] = [spotE8(market), `base${market.asset}`];
    const dollars = (spot * 10n ** BigInt(market.quoteDecimals)) / E8;
    await open(dev, { marketId: index + 1, strikeE8: spot, isPut: true, token: "quote", collateral: dollars });
    const strikeE8 = (spot * CALL_STRIKE_PERCENT) / PERCENT;
    const coin = 10n ** BigInt(market.baseDecimals);
    await open(dev, { marketId: index + 1, strikeE8, isPut: false, token, collateral: coin });
  }
  const opened = Number((await count()) - before);
  return Array.from({ length: opened }, (_, index) => before + BigInt(index + 1));
}

interface Opening {
  readonly marketId: number;
  readonly strikeE8: bigint;
  readonly isPut: boolean;
  /** Name of the collateral in the deployment. */
  readonly token: string;
  readonly collateral: bigint;
}

async function open(dev: DevelopmentChain, { marketId, strikeE8, isPut, token, collateral }: Opening): Promise<void> {
  const { deployer, at, chain } = dev;
  const vault = { address: at("vault"), abi: optionVaultAbi } as const;
  const expiry = (Math.floor((await dev.now()) / DAY_SEC) + TENOR_DAYS) * DAY_SEC + EXPIRY_SECOND;
  const series = [marketId, strikeE8, expiry, isPut] as const;
  const seriesId = await chain.reader.readContract({ ...vault, functionName: "seriesIdOf", args: series });
  const collateralToken = { to: at(token), abi: testTokenAbi };
  await dev.send(deployer, { ...collateralToken, functionName: "mint", args: [deployer, collateral] });
  await dev.send(deployer, { ...collateralToken, functionName: "approve", args: [vault.address, collateral] });
  const args = [seriesId, E8, collateral, deployer];
  await dev.send(deployer, { to: vault.address, abi: optionVaultAbi, functionName: "open", args });
}

/** The middle of the plausible prices, geometrically, in whole USD. */
function spotE8({ minPriceE8, maxPriceE8 }: MarketConfig): bigint {
  return BigInt(Math.round(Math.sqrt(Number(BigInt(minPriceE8) / E8) * Number(BigInt(maxPriceE8) / E8)))) * E8;
}
