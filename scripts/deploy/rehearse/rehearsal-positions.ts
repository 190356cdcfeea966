/** What a rehearsal stands on: fresh prices, a put at the money and a covered call in every market, a loan where loans are. */
import { optionVaultAbi } from "../../../oracle/chain/abi/option-vault.ts";
import { phasedTestFeedAbi } from "../../../oracle/chain/abi/phased-test-feed.ts";
import { positionSourceAbi } from "../../../oracle/chain/abi/position-source.ts";
import { protectedLoansAbi } from "../../../oracle/chain/abi/protected-loans.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { testTokenAbi } from "../../../oracle/chain/abi/test-token.ts";
import type { Address } from "../../../oracle/domain/units.ts";
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

/** A position of a rehearsal. */
export interface RehearsedPosition {
  readonly source: Address;
  readonly sourceIndex: number;
  readonly positionId: bigint;
}

/** Opens all positions, fully collateralised; returns them in the order of reports. */
export async function openRehearsalPositions(
  dev: DevelopmentChain,
  { markets, loans }: DeploymentConfig,
): Promise<readonly RehearsedPosition[]> {
  const before = await positionsOf(dev, "vault");
  for (const [index, market] of markets.entries()) {
    const [spot, token] = [spotE8(market), `base${market.asset}`];
    const dollars = (spot * 10n ** BigInt(market.quoteDecimals)) / E8;
    await open(dev, { marketId: index + 1, strikeE8: spot, isPut: true, token: "quote", collateral: dollars });
    const strikeE8 = (spot * CALL_STRIKE_PERCENT) / PERCENT;
    const coin = 10n ** BigInt(market.baseDecimals);
    await open(dev, { marketId: index + 1, strikeE8, isPut: false, token, collateral: coin });
  }
  const options = (await positionsOf(dev, "vault")).slice(before.length);
  const [market] = markets;
  if (loans === undefined || market === undefined) return options;
  await borrow(dev, market);
  return [...options, ...(await positionsOf(dev, "loans")).slice(-1)];
}

/** All positions that a source has ever had. */
async function positionsOf(
  { chain, at }: DevelopmentChain,
  name: "vault" | "loans",
): Promise<readonly RehearsedPosition[]> {
  const source = { address: at(name), abi: positionSourceAbi } as const;
  const oracle = { address: at("riskOracle"), abi: riskOracleAbi } as const;
  const sourceIndex = await chain.reader.readContract({ ...oracle, functionName: "sourceIndexOf", args: [at(name)] });
  const count = Number(await chain.reader.readContract({ ...source, functionName: "positionCount" }));
  return Array.from({ length: count }, (_, index) => ({
    source: source.address,
    sourceIndex,
    positionId: BigInt(index + 1),
  }));
}

interface Opening {
  readonly marketId: number;
  readonly strikeE8: bigint;
  readonly isPut: boolean;
  /** Name of the collateral in the deployment. */
  readonly token: string;
  readonly collateral: bigint;
}

async function open(dev: DevelopmentChain, { token, collateral, ...series }: Opening): Promise<void> {
  const { deployer, at } = dev;
  await provide(dev, { token, amount: collateral, spender: at("vault") });
  const args = [await seriesIdOf(dev, series), E8, collateral, deployer];
  await dev.send(deployer, { to: at("vault"), abi: optionVaultAbi, functionName: "open", args });
}

/** A loan of one coin's worth on one coin, with a margin of as much: its own lender pays it out. */
async function borrow(dev: DevelopmentChain, market: MarketConfig): Promise<void> {
  const { deployer, at } = dev;
  const loans = { to: at("loans"), abi: protectedLoansAbi };
  const dollars = (spotE8(market) * 10n ** BigInt(market.quoteDecimals)) / E8;
  await provide(dev, { token: "quote", amount: 2n * dollars, spender: loans.to });
  const coin = 10n ** BigInt(market.baseDecimals);
  await provide(dev, { token: `base${market.asset}`, amount: coin, spender: loans.to });
  await dev.send(deployer, { ...loans, functionName: "deposit", args: [dollars, deployer] });
  const seriesId = await seriesIdOf(dev, { marketId: 1, strikeE8: spotE8(market), isPut: true });
  await dev.send(deployer, { ...loans, functionName: "borrow", args: [seriesId, E8, dollars, deployer] });
}

async function seriesIdOf(dev: DevelopmentChain, series: Pick<Opening, "marketId" | "strikeE8" | "isPut">) {
  const { marketId, strikeE8, isPut } = series;
  const vault = { address: dev.at("vault"), abi: optionVaultAbi } as const;
  const expiry = (Math.floor((await dev.now()) / DAY_SEC) + TENOR_DAYS) * DAY_SEC + EXPIRY_SECOND;
  const args = [marketId, strikeE8, expiry, isPut] as const;
  return await dev.chain.reader.readContract({ ...vault, functionName: "seriesIdOf", args });
}

interface Provision {
  readonly token: string;
  readonly amount: bigint;
  readonly spender: Address;
}

async function provide(dev: DevelopmentChain, { token, amount, spender }: Provision): Promise<void> {
  const { deployer, at } = dev;
  const to = { to: at(token), abi: testTokenAbi };
  await dev.send(deployer, { ...to, functionName: "mint", args: [deployer, amount] });
  await dev.send(deployer, { ...to, functionName: "approve", args: [spender, amount] });
}

/** The middle of the plausible prices, geometrically, in whole USD. */
function spotE8({ minPriceE8, maxPriceE8 }: MarketConfig): bigint {
  return BigInt(Math.round(Math.sqrt(Number(BigInt(minPriceE8) / E8) * Number(BigInt(maxPriceE8) / E8)))) * E8;
}
