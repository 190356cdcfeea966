// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PositionLeaf} from "../libraries/PositionLeaf.sol";
import {DeliveryState, RootHeader} from "../types/DeliveryTypes.sol";
import {RiskReport} from "../types/RiskTypes.sol";
import {OracleStorage} from "./OracleStorage.sol";

/// @title Merkle roots over all positions, for proof on use
/// @notice The last {OracleStorage.ROOTS} roots are kept, one word each, so that a proof in flight survives the next root. That an older root
/// can not undo a newer one follows from the rules: a position takes no observation that is not newer than its last.
abstract contract PositionRoots is OracleStorage {
    /// @dev Publishes the root of a report, if it carries one. All chunks of an epoch may name the root; the first publishes it.
    function _publishRoot(RiskReport calldata report, DeliveryState memory state, uint256 validitySec) internal {
        if (report.positionsRoot == bytes32(0) || report.chunkIndex != 0) return;
        uint256 expiresAt = uint256(report.observedAt) + validitySec;
        uint256 place = state.rootCount % ROOTS;
        state.rootCount = (state.rootCount + 1) % 256;
        // Fits: an accepted observation lies within seconds of now, the validity within 30 days; places are below ROOTS.
        RootHeader memory header = RootHeader(report.epoch, report.observedAt, uint40(expiresAt), uint8(place));
        _roots[place] = PositionLeaf.commitment(report.positionsRoot, header);
        emit RootPublished(report.epoch, report.positionsRoot, report.observedAt, header.expiresAt, header.place);
    }

    /// @dev Reverts unless `packed` is a leaf of the root that `header` describes, and that root is alive.
    function _requireLeaf(RootHeader calldata header, uint256 packed, bytes32[] calldata proof) internal view {
        if (header.expiresAt < block.timestamp) revert RiskOracleRootExpired(header.expiresAt, block.timestamp);
        bytes32 root = PositionLeaf.rootOf(header.epoch, packed, proof);
        bool kept = header.place < ROOTS && _roots[header.place] == PositionLeaf.commitment(root, header);
        if (!kept) revert RiskOracleProof(root, header.place);
    }
}
