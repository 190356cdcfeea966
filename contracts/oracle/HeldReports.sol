// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskDelivery} from "../interfaces/IRiskDelivery.sol";

/// @title Reports that wait for a decision
/// @notice Only digest and time are kept: whoever releases a report brings it again, and the digest proves that it is the one
/// that a quorum signed.
abstract contract HeldReports is IRiskDelivery {
    /// @inheritdoc IRiskDelivery
    mapping(bytes32 digest => uint40 expiresAt) public heldUntil;

    function _hold(bytes32 digest, uint256 heldSec) internal returns (uint40 expiresAt) {
        // Fits: block times stay below 2^39 for 17 000 years, and a report is held for 30 days at most.
        expiresAt = uint40(block.timestamp + heldSec);
        heldUntil[digest] = expiresAt;
    }

    /// @dev Ends the wait of a report that may still be released.
    function _takeHeld(bytes32 digest) internal {
        uint40 expiresAt = heldUntil[digest];
        if (expiresAt == 0) revert RiskOracleNotHeld(digest);
        if (expiresAt < block.timestamp) revert RiskOracleHeldExpired(expiresAt, block.timestamp);
        delete heldUntil[digest];
    }

    function _dropHeld(bytes32 digest) internal {
        if (heldUntil[digest] == 0) revert RiskOracleNotHeld(digest);
        delete heldUntil[digest];
        emit ReportDiscarded(digest);
    }
}
