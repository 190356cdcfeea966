/** Addresses in reviewed files: mixed case with a valid checksum (ERC-55), so that a slip of the pen does not pass. */
import { getAddress, isAddress } from "viem";
import { z } from "zod";
import type { Address } from "../../oracle/domain/units.ts";

function isChecksummed(value: unknown): value is Address {
  return typeof value === "string" && isAddress(value, { strict: false }) && getAddress(value) === value;
}

/** Schema of a checksummed address. */
export const checksummedAddress = z.custom<Address>(isChecksummed, "not an address with a valid ERC-55 checksum");
