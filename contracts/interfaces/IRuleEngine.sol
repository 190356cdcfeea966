// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskClass} from "../types/RiskTypes.sol";

/// @title What a report may do to stored words, and which bounds a class may have
/// @notice Without state and without a way to change it: the oracle keeps every word and asks. Replaced as a whole by the
/// timelock; words, their layout and their reading stay in the oracle.
interface IRuleEngine {
    /// @notice `items` are cut, or times do not fit the 32 bits of a word.
    error RuleEngineInput(uint256 count, uint256 length, uint256 observedAt, uint256 nowSec);

    /// @notice Number of these rules; never zero.
    function version() external view returns (uint32);

    /// @notice Applies one entry to each of `count` words, all of them by the same report.
    /// @param observedAt observation time of the report, seconds
    /// @param nowSec time of application, seconds
    /// @param count number of items
    /// @param items `count` times two words, then the class words that they refer to. First word of an item: the stored
    /// word, zero for an unknown position. Second: where the class's two words begin in `items`, bytes, in bits 64 and up;
    /// below them epoch 16 · ρ 16 · π 16 · score 16. The second class word may be zero while a stored word is not stale
    /// @return tightened number of words that were tightened
    /// @return tightenedBps sum of their rises of ρ, bps; a rise of π alone counts zero
    /// @return words new word of each item; the old one where the entry was skipped
    /// @return outcomes one byte for each item: up to 2 it was applied, from 3 on it is the reason of a skip
    function applyEntries(
        uint256 observedAt,
        uint256 nowSec,
        uint256 count,
        bytes calldata items
    ) external view returns (uint256 tightened, uint256 tightenedBps, uint256[] memory words, bytes memory outcomes);

    /// @notice The two words of a class; reverts with `RiskClassesOutOfRange` where its bounds do not agree with each other.
    function packClass(uint16 classId, RiskClass calldata class) external view returns (uint256 bounds, uint256 levels);

    /// @notice As {packClass}, and reverts unless the class is nowhere wider than the live one.
    /// @param liveBounds first word of the live class
    /// @param liveLevels second word of the live class
    function packNarrowerClass(
        uint16 classId,
        RiskClass calldata class,
        uint256 liveBounds,
        uint256 liveLevels
    ) external view returns (uint256 bounds, uint256 levels);
}
