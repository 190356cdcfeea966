/** Leaves of the tree that an observation commits to the inputs of its entries with. */
import { concatHex, type Hex, keccak256, numberToHex, stringToHex } from "viem";

/** First word of a leaf: keeps leaves apart from every other hash of the project. */
const LEAF_TYPEHASH: Hex = keccak256(stringToHex("PlimsollInputs(uint64 epoch,uint64 positionKey,bytes32 inputsHash)"));
const WORD_BYTES = 32;
const POSITION_BITS = 48n;

/** What a leaf binds. */
export interface InputsLeaf {
  /** Report epoch. */
  readonly epoch: bigint;
  readonly sourceIndex: number;
  readonly positionId: bigint;
  /** keccak256 of the position's canonical inputs. */
  readonly inputsHash: Hex;
}

/** Leaf of one position; hashed twice, as in the tree of positions. */
export function inputsLeaf({ epoch, sourceIndex, positionId, inputsHash }: InputsLeaf): Hex {
  const positionKey = (BigInt(sourceIndex) << POSITION_BITS) | positionId;
  const words = [LEAF_TYPEHASH, word(epoch), word(positionKey), inputsHash];
  return keccak256(keccak256(concatHex(words)));
}

function word(value: bigint): Hex {
  return numberToHex(value, { size: WORD_BYTES });
}
