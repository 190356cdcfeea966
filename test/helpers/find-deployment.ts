/** Reads the addresses that a run on an external chain has written below its data folder. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isAddress } from "viem";
import { z } from "zod";
import type { Address } from "../../oracle/domain/units.ts";

const addressesSchema = z.record(
  z.string(),
  z.custom<Address>((value) => typeof value === "string" && isAddress(value)),
);

/** Addresses by name of the only deployment in a data folder. */
export function findDeployment(dataDir: string): Readonly<Record<string, Address>> {
  const root = join(dataDir, "deployments");
  const [name, ...others] = readdirSync(root);
  if (name === undefined || others.length > 0) throw new Error(`${root} does not hold exactly one deployment`);
  return addressesSchema.parse(JSON.parse(readFileSync(join(root, name, "addresses.json"), "utf8")));
}
