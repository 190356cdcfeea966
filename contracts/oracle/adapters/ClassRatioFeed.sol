// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../interfaces/IRiskOracle.sol";
import {RiskWord} from "../../libraries/RiskWord.sol";
import {RatioFeed} from "./RatioFeed.sol";

/// @title The signed quantile of a class's ρ or π as a Chainlink feed
/// @notice Only the newest round is known. The answer is the quantile as accepted; what a new position must meet, with β and the
/// class's floor, is `IRiskOracleCore.openingParams`.
contract ClassRatioFeed is RatioFeed {
    /// @notice Where the values come from.
    IRiskOracle public immutable ORACLE;
    /// @notice The class.
    uint16 public immutable CLASS_ID;
    /// @notice Whether π is shown instead of ρ.
    bool public immutable SHOWS_PENALTY;

    /// @param what answer of {description}
    constructor(IRiskOracle oracle, uint16 classId, bool showsPenalty, string memory what) RatioFeed(what) {
        if (address(oracle) == address(0) || classId > RiskWord.MAX_CLASS_ID) revert RatioFeedInvalidConfig();
        (ORACLE, CLASS_ID, SHOWS_PENALTY) = (oracle, classId, showsPenalty);
    }

    /// @inheritdoc RatioFeed
    function _latestRound() internal view override returns (Round memory round) {
        uint256 word = ORACLE.classWord(CLASS_ID);
        uint256 ratio = SHOWS_PENALTY ? RiskWord.piOf(word) : RiskWord.rhoTargetOf(word);
        // Fits: lanes of 32 and 14 bits.
        return Round(uint40(RiskWord.observedAtOf(word)), uint16(ratio));
    }

    /// @inheritdoc RatioFeed
    function _pastRound(uint40) internal pure override returns (Round memory round) {
        return round;
    }
}
