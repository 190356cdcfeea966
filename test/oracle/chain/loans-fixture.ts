/** The real sample loan market beside the vault of the oracle fixture: source 1, with cash, loans on demand. */
import type { Abi } from "viem";
import { protectedLoansAbi } from "../../../oracle/chain/abi/protected-loans.ts";
import { riskOracleAbi } from "../../../oracle/chain/abi/risk-oracle.ts";
import { testTokenAbi } from "../../../oracle/chain/abi/test-token.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { encodeSeriesId } from "../../../oracle/rules/series-id.ts";
import type { OracleFixture } from "./oracle-fixture.ts";

const LOANS_ABI: Abi = protectedLoansAbi;
const TOKEN_ABI: Abi = testTokenAbi;
const ORACLE_ABI: Abi = riskOracleAbi;
const E8 = 100_000_000n;
const CASH = 10_000_000_000_000n;
const DAY_SEC = 86_400;
const EXPIRY_SECOND = 28_800;
/** USD × 1e8. */
const STRIKE_E8 = 45_000n * E8;
const MARGIN = 30_000_000_000n;

/** Series of the fixture's loans: a put on market 1 that expires 30 days from now. */
export async function loanSeries({ chain }: Pick<OracleFixture, "chain">): Promise<bigint> {
  const { timestamp } = await chain.reader.getBlock();
  const expirySec = (Math.floor(Number(timestamp) / DAY_SEC) + 30) * DAY_SEC + EXPIRY_SECOND;
  return encodeSeriesId({ marketId: 1, strikeE8: STRIKE_E8, expirySec, isPut: true });
}

/** Deploys the loan market, lends it cash and registers it as the next source. */
export async function deployLoans(fixture: OracleFixture): Promise<Address> {
  const { account, oracle, priceGuard, vault, base, quote } = fixture;
  const terms = { quote, rateBps: 500, minMargin: 1n, bases: [base] };
  const loans = await fixture.deploy("samples/ProtectedLoans", [
    { riskOracle: oracle, priceGuard, classes: vault, ...terms },
  ]);
  await fixture.send(oracle, ORACLE_ABI, "registerSource", [loans]);
  await fixture.send(quote, TOKEN_ABI, "mint", [account.address, 2n * CASH]);
  for (const token of [base, quote]) await fixture.send(token, TOKEN_ABI, "approve", [loans, 2n * CASH]);
  await fixture.send(loans, LOANS_ABI, "deposit", [CASH, account.address]);
  return loans;
}

/** Takes a loan of 45 000 USD on one coin with a margin of 30 000 USD; ids count from 1. */
export async function takeLoan(fixture: OracleFixture, loans: Address): Promise<void> {
  const args = [await loanSeries(fixture), E8, MARGIN, fixture.account.address];
  await fixture.send(loans, LOANS_ABI, "borrow", args);
}
